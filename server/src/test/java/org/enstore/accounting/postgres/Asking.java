package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.Shape;

/** Asks a standby one small question: how many bytes were moved on 2024-05-01. */
final class Asking {
  private Asking() {}

  /** A source that goes by the system's clock. The caller closes it. */
  static StandbyTransferSource source(SourceSettings settings) {
    return new StandbyTransferSource(settings, InstantSource.system(), "asked", "test/1");
  }

  /** The failure of reading with {@code settings}, null for none. */
  static QueryFailure failure(SourceSettings settings) {
    try (StandbyTransferSource source = source(settings)) {
      return failure(source);
    }
  }

  /** The failure of reading, null for none. */
  static QueryFailure failure(StandbyTransferSource source) {
    return catchThrowableOfType(QueryFailure.class, () -> read(source));
  }

  /** All bytes of 2024-05-01. */
  static long read(StandbyTransferSource source) {
    return read(source, new Cancellation());
  }

  static long read(StandbyTransferSource source, Cancellation cancellation) {
    AtomicLong bytes = new AtomicLong();
    source.read(
        new ReadRequest(
            Transfers.FACTS,
            Grain.DAY,
            Shape.of(List.of(), List.of(TransferQuantities.BYTES)),
            LocalDate.parse("2024-05-01"),
            LocalDate.parse("2024-05-02")),
        (epochSecond, key, sums) -> bytes.addAndGet(sums[0]),
        cancellation);
    return bytes.get();
  }

  /** Asserts what kind of failure it is, and what its sentence says among other things. */
  static void assertSaid(QueryFailure failure, FailureKind kind, String... said) {
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.sentence()).contains(said);
  }
}

package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.enstore.accounting.postgres.Asking.read;

import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.TransferRow;
import org.junit.jupiter.api.Test;

/** A standby that becomes a primary while it is in use. It has a pair to itself. */
final class PromotionIT {
  private static final String DATABASE = "promoted";

  @Test
  void standby_promotedUnderUs_isNoticedOnTheNextRead() throws Exception {
    try (ReplicatedPair servers = TestPairs.builder().start()) {
      SharedPair pair = new SharedPair(servers);
      pair.createDatabase(DATABASE);
      pair.store(
          DATABASE, List.of(TransferRow.of("2024-05-01T10:00:00", "r", 7, "A.mover")), List.of());
      try (StandbyTransferSource source =
          new StandbyTransferSource(
              pair.settings(DATABASE, ZoneId.of("UTC")),
              InstantSource.system(),
              "promoted",
              "test/1")) {
        assertThat(read(source)).isEqualTo(7);

        servers.promote();

        QueryFailure failure = catchThrowableOfType(QueryFailure.class, () -> read(source));
        assertThat(failure.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
        assertThat(failure.sentence())
            .startsWith(pair.standbyAddress() + " is a primary")
            .contains("allowPrimary");
      }
    }
  }
}

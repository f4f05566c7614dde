package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.postgres.Asking.source;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Grain;
import org.enstore.accounting.series.ReadRequest;
import org.enstore.accounting.series.Shape;
import org.enstore.accounting.series.SummaryRow;
import org.enstore.accounting.series.TransferRow;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A database that takes any bytes for text, and has some that are no UTF-8. */
final class AnyBytesIT {
  private static final String DATABASE = "any_bytes";
  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createDatabase(
        DATABASE, "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    pair.store(
        DATABASE,
        List.of(
            TransferRow.of("2024-05-01T10:00:00", "r", 7, "A.mover"),
            TransferRow.of("2024-05-01T11:00:00", "r", 4, "Bé.mover"),
            TransferRow.of("2024-05-01T12:00:00", "r", 2, "C.mover"),
            TransferRow.of("2024-05-01T13:00:00", "r", 1, "D.mover")),
        List.of(
            SummaryRow.of("2024-05-01", "A", 7L, 0L), SummaryRow.of("2024-05-01", "C", 2L, 0L)));
    pair.execute(
        DATABASE,
        "UPDATE encp_xfer SET mover = convert_from('\\x43ff2e6d6f766572'::bytea, 'SQL_ASCII')"
            + " WHERE mover = 'C.mover';"
            + " UPDATE encp_xfer SET rw = convert_from('\\xfe'::bytea, 'SQL_ASCII')"
            + " WHERE mover = 'D.mover';"
            + " UPDATE xfer_by_day_by_mover SET mover = convert_from('\\x43ff'::bytea, 'SQL_ASCII')"
            + " WHERE mover = 'C'");
  }

  @ParameterizedTest
  @EnumSource(Grain.class)
  void transfers_areAnswered_theNameWithTheReplacementCharacter(Grain grain) {
    assertThat(bytesByMover(Transfers.FACTS, grain))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("A.mover", 7L, "Bé.mover", 4L, "C\uFFFD.mover", 2L));
  }

  @Test
  void summary_isAnswered_theNameWithTheReplacementCharacter() {
    assertThat(bytesByMover(Transfers.SUMMARY, Grain.DAY))
        .containsExactlyInAnyOrderEntriesOf(Map.of("A", 7L, "C\uFFFD", 2L));
  }

  @Test
  void health_saysWhatItIs() {
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      assertThat(source.health().ok()).isTrue();
      assertThat(source.health().advice())
          .anySatisfy(advice -> assertThat(advice).contains("SQL_ASCII"));
    }
  }

  private static Map<String, Long> bytesByMover(SourceTable table, Grain grain) {
    Map<String, Long> bytes = new TreeMap<>();
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      source.read(
          new ReadRequest(
              table,
              grain,
              Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES)),
              LocalDate.parse("2024-05-01"),
              LocalDate.parse("2024-05-02")),
          (at, key, sums) -> bytes.merge(key.values().get(0), sums[0], Long::sum),
          new Cancellation());
    }
    return bytes;
  }
}

package org.enstore.accounting.postgres;

import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.series.SummaryRow;
import org.enstore.accounting.series.TransferRow;
import org.enstore.accounting.series.TransferSource;
import org.enstore.accounting.series.TransferSourceContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

final class StandbyTransferSourceIT implements TransferSourceContract {
  private static final String DATABASE = "contract";
  private static SharedPair pair;

  private final List<TransferSource> open = new ArrayList<>();

  @BeforeAll
  static void createDatabase() throws Exception {
    pair = SharedPair.get();
    pair.createDatabase(DATABASE);
  }

  @AfterEach
  void closeSources() {
    open.forEach(TransferSource::close);
  }

  @Override
  public TransferSource source(ZoneId zone, List<TransferRow> transfers, List<SummaryRow> summary)
      throws SQLException {
    pair.store(DATABASE, transfers, summary);
    TransferSource source =
        new StandbyTransferSource(pair.settings(DATABASE, zone), CLOCK, "contract", "test/1");
    open.add(source);
    return source;
  }
}

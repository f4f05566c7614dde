package org.enstore.accounting.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.enstore.accounting.demo.ReplicatedPair.Role;

/** Records single transfers on a primary, as Enstore does while it runs. */
public final class TestTransfers {
  private TestTransfers() {}

  /**
   * Commits a read by {@code mover} that ended {@code at}, in the whole second of the site's {@code
   * zone}.
   *
   * @param mover as the table spells it, with its ending
   */
  public static void record(
      ReplicatedPair pair, ZoneId zone, Instant at, String mover, long sizeBytes)
      throws SQLException {
    try (Connection connection = pair.connectToPrimary(Role.OWNER);
        PreparedStatement statement =
            connection.prepareStatement(
                "INSERT INTO encp_xfer (\"date\", node, pid, username, src, dst, \"size\", rw,"
                    + " overall_rate, network_rate, drive_rate, volume, mover, drive_id, drive_sn,"
                    + " elapsed, media_changer, mover_interface, driver, storage_group, encp_ip,"
                    + " encp_id, library) VALUES (?, 'n', 1, 'u', 's', 'd', ?, 'r', 1, 1, 1,"
                    + " 'VOL001L8', ?, 'LTO8', 'sn', 1, 'TS4500', 'i', 'FTTDriver', 'cms',"
                    + " '127.0.0.1', 'id', 'LTO8')")) {
      statement.setObject(1, LocalDateTime.ofInstant(at, zone).withNano(0));
      statement.setLong(2, sizeBytes);
      statement.setString(3, mover);
      statement.executeUpdate();
    }
  }
}

package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.enstore.accounting.config.HostPort;

/**
 * Whose data a server has: the identifier that its cluster was given when it was made, and the
 * timeline, which a promotion changes. A standby shares both with its primary, but for a while
 * after a failover.
 */
final class Lineage {
  /** Whether the role may call all that {@link #look} calls. */
  static final String ALLOWED =
      """
      has_function_privilege('pg_control_system()', 'execute')
        and has_function_privilege('pg_control_checkpoint()', 'execute')
        and has_function_privilege('pg_control_recovery()', 'execute')
      """;

  /*
   * The control file tells of the last checkpoint only. What has been replayed, received or, on a
   * primary, written since may be of a later timeline.
   */
  private static final String SQL =
      """
      select system.system_identifier,
        greatest(
          checkpoint.timeline_id,
          recovery.min_recovery_end_timeline,
          receiver.received_tli,
          case when not pg_is_in_recovery() then
            ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer end)
      from pg_control_system() as system
      cross join pg_control_checkpoint() as checkpoint
      cross join pg_control_recovery() as recovery
      left join pg_stat_wal_receiver as receiver on true
      """;

  private Lineage() {}

  /** The lineage of the server behind {@code connection}; its address when that may not be seen. */
  static String look(Connection connection, HostFacts facts, HostPort host) throws SQLException {
    if (!facts.lineageVisible()) {
      return host.toString();
    }
    try (PreparedStatement statement = connection.prepareStatement(SQL);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1) + "/" + row.getInt(2);
    }
  }
}

package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.enstore.accounting.series.WalPosition;

/**
 * What one light look at a host tells of replication there. Any role may take it; what only members
 * of {@code pg_read_all_stats} see is empty for others.
 *
 * @param at by this program's clock, before the look
 * @param replay how replay stands
 * @param version such as {@code 12.22}
 * @param system the cluster's identifier, the same on a primary and its standbys
 * @param timeline the one it writes or replays
 * @param told the newest position the primary told the receiver of
 * @param written received; on a primary the end of its log
 * @param flushed received and safe on the disk
 * @param replayed visible to readers; empty on a primary
 * @param paused whether somebody paused replay
 * @param slot the replication slot that the receiver uses
 * @param applicationName what the receiver calls itself towards its primary
 * @param address the server's own address, as this connection reached it
 */
record StandbyLook(
    Instant at,
    Replay replay,
    String version,
    long system,
    OptionalInt timeline,
    Optional<WalPosition> told,
    Optional<WalPosition> written,
    Optional<WalPosition> flushed,
    Optional<WalPosition> replayed,
    boolean paused,
    Optional<String> slot,
    Optional<String> applicationName,
    Optional<String> address) {

  /*
   * The receiver's row is read as JSON where a column has another name from version 13 on. The
   * timeline of a primary is part of the name of the file it writes; its control file tells of a
   * promotion only after the next checkpoint.
   */
  private static final String SQL =
      "select "
          + Replay.COLUMNS
          + """
          , current_setting('server_version'),
          (select system_identifier from pg_control_system()),
          case when pg_is_in_recovery()
            then coalesce(receiver.received_tli,
              nullif((select min_recovery_end_timeline from pg_control_recovery()), 0),
              (select timeline_id from pg_control_checkpoint()))
            else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end,
          receiver.latest_end_lsn::text,
          case when pg_is_in_recovery()
            then coalesce(to_json(receiver) ->> 'written_lsn', pg_last_wal_receive_lsn()::text)
            else pg_current_wal_lsn()::text end,
          case when pg_is_in_recovery() then pg_last_wal_receive_lsn()::text
            else pg_current_wal_flush_lsn()::text end,
          case when pg_is_in_recovery() then pg_last_wal_replay_lsn()::text end,
          case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end,
          receiver.slot_name,
          receiver.conninfo,
          host(inet_server_addr())
          """
          + Replay.FROM;

  private static final Pattern APPLICATION_NAME =
      Pattern.compile("(?:^| )(?:fallback_)?application_name=('(?:[^'\\\\]|\\\\.)*'|\\S+)");

  /** Looks at the server behind {@code connection}. */
  static StandbyLook take(Connection connection, Instant at) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SQL);
        ResultSet row = statement.executeQuery()) {
      row.next();
      // Null reads as zero, which is no timeline either.
      int timeline = row.getInt(9);
      return new StandbyLook(
          at,
          Replay.from(row),
          row.getString(7).replaceFirst(" .*", ""),
          row.getLong(8),
          timeline == 0 ? OptionalInt.empty() : OptionalInt.of(timeline),
          position(row, 10),
          position(row, 11),
          position(row, 12),
          position(row, 13),
          row.getBoolean(14),
          text(row, 15),
          text(row, 16).flatMap(StandbyLook::applicationNameIn),
          text(row, 17));
    }
  }

  /** A position in a column of texts, if there is one. */
  static Optional<WalPosition> position(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getString(column)).map(WalPosition::parse);
  }

  /** A text that is neither null nor empty. */
  static Optional<String> text(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getString(column)).filter(text -> !text.isEmpty());
  }

  /** The last name given wins, as in libpq; the fallback comes after the name that was set. */
  static Optional<String> applicationNameIn(String conninfo) {
    Optional<String> named = Optional.empty();
    Matcher matcher = APPLICATION_NAME.matcher(conninfo);
    while (matcher.find()) {
      boolean fallback = matcher.group().contains("fallback_");
      if (!fallback || named.isEmpty()) {
        named = Optional.of(unquoted(matcher.group(1)));
      }
    }
    return named;
  }

  private static String unquoted(String value) {
    return value.startsWith("'")
        ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1")
        : value;
  }
}

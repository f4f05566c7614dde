package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.WalPosition;
import org.jspecify.annotations.Nullable;

/**
 * The primary's side of replication, as the monitoring role sees it. No table is read for it.
 *
 * @param senders one for each connected standby
 * @param slots the physical replication slots
 */
record PrimaryLook(List<Sender> senders, List<HeldSlot> slots, HostStatus.Archive archive) {

  /**
   * A connection of a standby.
   *
   * @param state its state; empty when it may not be seen
   * @param behind the time lag that the primary measured; empty while nothing moves
   */
  record Sender(
      int pid,
      String applicationName,
      Optional<String> address,
      Optional<String> state,
      HostStatus.Positions positions,
      Optional<Duration> behind) {}

  /**
   * A slot.
   *
   * @param senderPid who uses it; empty for nobody
   * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}; empty
   *     before version 13
   */
  record HeldSlot(
      String name,
      Optional<Integer> senderPid,
      Optional<String> walStatus,
      OptionalLong retainedBytes) {
    HostStatus.Slot status() {
      return new HostStatus.Slot(
          Optional.of(name),
          Optional.of(
              (senderPid.isPresent() ? "active" : "inactive")
                  + walStatus.map(word -> ", " + word).orElse("")),
          retainedBytes);
    }
  }

  private static final String SENDERS =
      """
      select pid, application_name, host(client_addr), state, sent_lsn::text, write_lsn::text,
        flush_lsn::text, replay_lsn::text, extract(epoch from replay_lag)
      from pg_stat_replication order by pid
      """;

  /* A slot's condition is a column from version 13 on only, hence the JSON. */
  private static final String SLOTS =
      """
      select slot_name, active_pid, to_json(slot) ->> 'wal_status',
        pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
      from pg_replication_slots as slot where slot_type = 'physical' order by slot_name
      """;

  private static final String ARCHIVE =
      """
      select current_setting('archive_mode') <> 'off', last_archived_wal,
        extract(epoch from clock_timestamp() - last_archived_time), failed_count,
        last_failed_time > coalesce(last_archived_time, '-infinity')
      from pg_stat_archiver
      """;

  /** Looks at the primary behind {@code connection}. */
  static PrimaryLook take(Connection connection) throws SQLException {
    return new PrimaryLook(senders(connection), slots(connection), archive(connection));
  }

  /** Whether the role sees what the senders do; without the right it sees only that they exist. */
  boolean maySeeSenders() {
    return senders.stream().allMatch(sender -> sender.state().isPresent());
  }

  /** The slot called {@code name}. */
  Optional<HeldSlot> slot(String name) {
    return slots.stream().filter(slot -> slot.name().equals(name)).findFirst();
  }

  /** The slot that the connection of {@code pid} uses. */
  Optional<HeldSlot> slotOf(int pid) {
    return slots.stream().filter(slot -> slot.senderPid().equals(Optional.of(pid))).findFirst();
  }

  /** All slots as one: who is away, and the most that is kept for one. */
  HostStatus.Slot allSlots() {
    if (slots.isEmpty()) {
      return HostStatus.Slot.NONE;
    }
    List<String> words = new ArrayList<>();
    OptionalLong most = OptionalLong.empty();
    for (HeldSlot slot : slots) {
      words.add(slot.name() + " " + slot.status().state().orElse(""));
      if (slot.retainedBytes().isPresent()) {
        most = OptionalLong.of(Math.max(most.orElse(0), slot.retainedBytes().getAsLong()));
      }
    }
    return new HostStatus.Slot(Optional.empty(), Optional.of(String.join("; ", words)), most);
  }

  private static List<Sender> senders(Connection connection) throws SQLException {
    List<Sender> senders = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SENDERS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        Optional<WalPosition> sent = StandbyLook.position(row, 5);
        senders.add(
            new Sender(
                row.getInt(1),
                Optional.ofNullable(row.getString(2)).orElse(""),
                StandbyLook.text(row, 3),
                StandbyLook.text(row, 4),
                new HostStatus.Positions(
                    sent,
                    StandbyLook.position(row, 6),
                    StandbyLook.position(row, 7),
                    StandbyLook.position(row, 8)),
                seconds(row, 9)));
      }
    }
    return senders;
  }

  private static List<HeldSlot> slots(Connection connection) throws SQLException {
    List<HeldSlot> slots = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SLOTS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        @Nullable Long retained = row.getObject(4, Long.class);
        slots.add(
            new HeldSlot(
                row.getString(1),
                Optional.ofNullable(row.getObject(2, Integer.class)),
                StandbyLook.text(row, 3),
                retained == null ? OptionalLong.empty() : OptionalLong.of(Math.max(0, retained))));
      }
    }
    return slots;
  }

  private static HostStatus.Archive archive(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ARCHIVE);
        ResultSet row = statement.executeQuery()) {
      row.next();
      Optional<String> last = StandbyLook.text(row, 2);
      String state;
      if (!row.getBoolean(1)) {
        state = "off";
      } else if (row.getBoolean(5)) {
        state = "failing";
      } else {
        state = last.isPresent() ? "working" : "unknown";
      }
      return new HostStatus.Archive(state, last, seconds(row, 3), row.getLong(4));
    }
  }

  private static Optional<Duration> seconds(ResultSet row, int column) throws SQLException {
    double seconds = row.getDouble(column);
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.max(0, Math.round(seconds * 1000))));
  }
}

package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.enstore.accounting.series.ReplayLag;
import org.jspecify.annotations.Nullable;

/**
 * How replay stands, as one look at the server tells. Ages are by the server's clock, so that they
 * stay right when this program's clock differs.
 *
 * @param inRecovery whether the server is a standby
 * @param caughtUp whether all that was received, or that the primary told of, is replayed
 * @param sinceReplay the age of the last replayed commit; empty when none was replayed since the
 *     server started
 * @param receiverRuns whether there is a receiver process
 * @param receiverStatus what it does; empty when that may not be seen
 * @param sinceMessage how long ago the primary was last heard
 */
record Replay(
    boolean inRecovery,
    boolean caughtUp,
    Optional<Duration> sinceReplay,
    boolean receiverRuns,
    Optional<String> receiverStatus,
    Optional<Duration> sinceMessage) {

  /** The columns that {@link #from} reads, in its order. */
  static final String COLUMNS =
      """
      pg_is_in_recovery(),
      coalesce(greatest(pg_last_wal_receive_lsn(), receiver.latest_end_lsn)
        <= pg_last_wal_replay_lsn(), false),
      extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()),
      receiver.pid is not null,
      receiver.status,
      extract(epoch from clock_timestamp() - receiver.last_msg_receipt_time)
      """;

  /** How many columns {@link #COLUMNS} are. */
  static final int COLUMN_COUNT = 6;

  /** The row source of {@link #COLUMNS}: always one row. */
  static final String FROM =
      "from (values (1)) as one left join pg_stat_wal_receiver as receiver on true";

  /**
   * Twice the longest silence between two messages of a connected primary with default settings.
   */
  static final Duration SILENCE = Duration.ofMinutes(2);

  /** Looks at the server behind {@code connection}. */
  static Replay look(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("select " + COLUMNS + FROM);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return from(row);
    }
  }

  /** The look in the first columns of a row that selected {@link #COLUMNS}. */
  static Replay from(ResultSet row) throws SQLException {
    return new Replay(
        row.getBoolean(1),
        row.getBoolean(2),
        duration(row, 3),
        row.getBoolean(4),
        Optional.ofNullable(row.getString(5)),
        duration(row, 6));
  }

  /** Whether the receiver is seen to stream and the primary was heard lately. */
  boolean streams() {
    return receiverStatus.filter("streaming"::equals).isPresent()
        && sinceMessage.filter(age -> age.compareTo(SILENCE) > 0).isEmpty();
  }

  /** Whether everything the primary had committed is visible. */
  boolean isCurrent() {
    return !inRecovery || (streams() && caughtUp);
  }

  /**
   * The lag. While the receiver streams but is behind, the last replayed commit may be old because
   * the primary was idle; having been current a short while ago then bounds the lag.
   *
   * @param observedAt when the look was made
   * @param currentAt when the server was last seen current, null for never
   * @param user whom the look was made as
   */
  ReplayLag lag(Instant observedAt, @Nullable Instant currentAt, String user) {
    if (!inRecovery) {
      return new ReplayLag.NotAStandby();
    }
    if (!receiverRuns) {
      return new ReplayLag.Unknown(
          "no WAL receiver runs, so the standby is cut off from its primary or fed from an archive");
    }
    if (receiverStatus.isEmpty()) {
      return new ReplayLag.Unknown(
          user
              + " may not see the WAL receiver; run on the primary: GRANT pg_monitor TO "
              + Identifiers.quoted(user)
              + ";");
    }
    if (!receiverStatus.get().equals("streaming")) {
      return new ReplayLag.Unknown(
          "the WAL receiver does not stream, its status is " + receiverStatus.get());
    }
    if (!streams()) {
      return new ReplayLag.Unknown(
          "the WAL receiver has not heard from the primary for "
              + sinceMessage.map(Duration::toSeconds).orElse(0L)
              + " s");
    }
    if (caughtUp) {
      return new ReplayLag.Known(Duration.ZERO);
    }
    Instant known = knownThrough(observedAt, currentAt);
    return known.equals(Instant.EPOCH)
        ? new ReplayLag.Unknown("no transaction was replayed since the standby started")
        : new ReplayLag.Known(atLeastZero(Duration.between(known, observedAt)));
  }

  /**
   * Everything committed on the primary before the returned instant is visible.
   *
   * @param currentAt when the server was last seen current, null for never
   */
  Instant knownThrough(Instant observedAt, @Nullable Instant currentAt) {
    if (isCurrent()) {
      return observedAt;
    }
    Instant replayed = sinceReplay.map(observedAt::minus).orElse(Instant.EPOCH);
    return currentAt != null && currentAt.isAfter(replayed) ? currentAt : replayed;
  }

  private static Optional<Duration> duration(ResultSet row, int column) throws SQLException {
    double seconds = row.getDouble(column);
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(atLeastZero(Duration.ofMillis(Math.round(seconds * 1000))));
  }

  private static Duration atLeastZero(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}

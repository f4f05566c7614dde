package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.SourceTable;

/**
 * How fresh a host and its tables are, in one statement. The newest rows are found at the ends of
 * their indexes.
 */
final class StateQuery {
  /** How far ahead of ours a client's clock may be before its rows count as future-dated. */
  static final Duration SKEW = Duration.ofMinutes(2);

  private final WallClock wallClock;
  private final String user;
  private final InstantSource clock;

  StateQuery(WallClock wallClock, String user, InstantSource clock) {
    this.wallClock = wallClock;
    this.user = user;
    this.clock = clock;
  }

  /** Looks at the tables on {@code connection}, as far as {@code facts} says they may be read. */
  SourceState read(Connection connection, HostPort host, HostFacts facts, Host.Observer observer)
      throws SQLException {
    Look look = look(connection, facts);
    String lineage = Lineage.look(connection, facts, host);
    Host.Observation observation = observer.observe(look.replay());
    return new SourceState(
        host.toString(),
        look.replay().inRecovery(),
        look.replay().lag(observation.at(), observation.currentAt(), user),
        observation.at(),
        observation.knownThrough(),
        lineage,
        look.summaryDay(),
        // In a repeated hour the later reading of a time may still lie ahead.
        look.transfer()
            .map(wallClock::instant)
            .map(instant -> instant.isAfter(observation.at()) ? observation.at() : instant),
        facts.failure(SourceTable.SUMMARY, host.toString()),
        facts.failure(SourceTable.RAW, host.toString()));
  }

  /**
   * How replay stands, and the newest rows.
   *
   * @param transfer future-dated ones left out
   * @param anyTransfer whatever its date
   */
  record Look(
      Replay replay,
      Optional<LocalDate> summaryDay,
      Optional<LocalDateTime> transfer,
      Optional<LocalDateTime> anyTransfer) {}

  /** Looks at the host behind {@code connection}. */
  Look look(Connection connection, HostFacts facts) throws SQLException {
    boolean raw = facts.isReadable(SourceTable.RAW);
    String sql =
        "select "
            + Replay.COLUMNS
            + (facts.isReadable(SourceTable.SUMMARY)
                ? ", (select max(\"date\") from xfer_by_day_by_mover)"
                : ", null::date")
            + (raw
                ? ", (select max(\"date\") from encp_xfer where \"date\" <= ?),"
                    + " (select max(\"date\") from encp_xfer) "
                : ", null::timestamp, null::timestamp ")
            + Replay.FROM;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (raw) {
        statement.setObject(1, wallClock.wall(clock.instant().plus(SKEW)));
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Look(
            Replay.from(row),
            Optional.ofNullable(row.getObject(7, LocalDate.class)),
            Optional.ofNullable(row.getObject(8, LocalDateTime.class)),
            Optional.ofNullable(row.getObject(9, LocalDateTime.class)));
      }
    }
  }
}

package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.series.Extent;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.SourceTable;

/**
 * How fresh a host and its tables are. The newest and the oldest rows are found at the ends of
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
        look.extent(),
        facts.failure(SourceTable.SUMMARY, host.toString()),
        facts.failure(SourceTable.RAW, host.toString()));
  }

  /**
   * How replay stands, and the rows at the ends of the tables.
   *
   * @param summaryDay the newest that was over at the last replayed commit
   * @param transfer future-dated ones left out
   * @param transferAhead the newest that is future-dated
   */
  record Look(
      Replay replay,
      Optional<LocalDate> summaryDay,
      Optional<LocalDateTime> transfer,
      Optional<LocalDateTime> transferAhead,
      Extent extent) {}

  /** Looks at the host behind {@code connection}. */
  Look look(Connection connection, HostFacts facts) throws SQLException {
    Replay replay = Replay.look(connection);
    Ends<LocalDate> summary =
        facts.isReadable(SourceTable.SUMMARY)
            ? summary(connection, dayOfReplay(replay))
            : Ends.none();
    Ends<LocalDateTime> raw =
        facts.isReadable(SourceTable.RAW) ? raw(connection, facts.dateIndex()) : Ends.none();
    return new Look(
        replay,
        summary.last(),
        raw.last(),
        raw.ahead(),
        new Extent(
            summary.first(),
            raw.first().map(LocalDateTime::toLocalDate),
            raw.ahead().or(raw::last).map(LocalDateTime::toLocalDate),
            summary.ahead(),
            summary.undated(),
            raw.undated()));
  }

  /** The site's day at the last replayed commit: whoever made it, that day was not over. */
  private LocalDate dayOfReplay(Replay replay) {
    Instant now = clock.instant();
    return wallClock.dayOf(
        replay.inRecovery() ? replay.sinceReplay().map(now::minus).orElse(now) : now);
  }

  /**
   * Where the rows of a table begin and end.
   *
   * @param last the newest that is not dated ahead
   * @param ahead the newest that is
   * @param undated how many rows have an infinite date, {@link Extent#MOST_UNDATED} at most
   */
  private record Ends<T>(Optional<T> first, Optional<T> last, Optional<T> ahead, long undated) {
    static <T> Ends<T> none() {
      return new Ends<>(Optional.empty(), Optional.empty(), Optional.empty(), 0);
    }
  }

  private static Ends<LocalDate> summary(Connection connection, LocalDate notOver)
      throws SQLException {
    return ends(
        connection,
        """
        select
          (select min("date") from xfer_by_day_by_mover where "date" >= ? and "date" < ?),
          (select max("date") from xfer_by_day_by_mover where "date" < ? and "date" > '-infinity'),
          (select max("date") from xfer_by_day_by_mover where "date" >= ? and "date" < 'infinity'),
          (select count(*) from (select from xfer_by_day_by_mover
            where "date" in ('infinity', '-infinity') limit ?) as undated)
        """,
        LocalDate.class,
        Extent.EARLIEST,
        notOver,
        notOver,
        notOver,
        Extent.MOST_UNDATED);
  }

  private Ends<LocalDateTime> raw(Connection connection, boolean dateIndexed) throws SQLException {
    LocalDateTime first = Extent.EARLIEST.atStartOfDay();
    LocalDateTime now = wallClock.wall(clock.instant().plus(SKEW));
    String newest =
        """
          (select max("date") from encp_xfer where "date" <= ? and "date" > '-infinity'),
          (select max("date") from encp_xfer where "date" > ? and "date" < 'infinity'),
        """;
    if (!dateIndexed) {
      // What only an index finds at once is not worth a pass through the table.
      return ends(
          connection,
          "select cast(? as timestamp), " + newest + " 0",
          LocalDateTime.class,
          first,
          now,
          now);
    }
    return ends(
        connection,
        """
        select
          (select min("date") from encp_xfer where "date" >= ? and "date" < 'infinity'),
        """
            + newest
            + """
              (select count(*) from (select from encp_xfer
                where "date" in ('infinity', '-infinity') limit ?) as undated)
            """,
        LocalDateTime.class,
        first,
        now,
        now,
        Extent.MOST_UNDATED);
  }

  private static <T> Ends<T> ends(
      Connection connection, String sql, Class<T> type, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Ends<>(
            Optional.ofNullable(row.getObject(1, type)),
            Optional.ofNullable(row.getObject(2, type)),
            Optional.ofNullable(row.getObject(3, type)),
            row.getLong(4));
      }
    }
  }
}

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
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.series.Extent;
import org.enstore.accounting.series.SourceState;
import org.enstore.accounting.series.TableState;

/**
 * How fresh a host and its tables are. The newest and the oldest rows are found at the ends of
 * their indexes.
 */
final class StateQuery {
  /** How far ahead of ours a client's clock may be before its rows count as future-dated. */
  static final Duration SKEW = Duration.ofMinutes(2);

  private static final String UNDATED =
      """
          (select count(*) from (select from $table
            where "$time" in ('infinity', '-infinity') limit ?) as undated)
      """;

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
        states(look, facts, host, observation.at()));
  }

  private Map<SourceTable, TableState> states(
      Look look, HostFacts facts, HostPort host, Instant observedAt) {
    Map<SourceTable, TableState> states = new HashMap<>();
    for (TableReader reader : TableReaders.of(facts.database())) {
      SourceTable table = reader.table();
      states.put(
          table,
          new TableState(
              // In a repeated hour the later reading of a time may still lie ahead.
              look.newest(table)
                  .map(wallClock::instant)
                  .map(instant -> instant.isAfter(observedAt) ? observedAt : instant),
              look.extent(table),
              facts.failure(table, host.toString())));
    }
    return states;
  }

  /** How replay stands, and the rows at the ends of the tables that may be read. */
  record Look(
      Replay replay,
      Map<SourceTable, Ends<LocalDate>> rollups,
      Map<SourceTable, Ends<LocalDateTime>> facts) {

    /** The newest fact of {@code table}, future-dated ones left out. */
    Optional<LocalDateTime> newest(SourceTable table) {
      return facts.getOrDefault(table, Ends.none()).last();
    }

    /** The newest future-dated fact of {@code table}. */
    Optional<LocalDateTime> ahead(SourceTable table) {
      return facts.getOrDefault(table, Ends.none()).ahead();
    }

    /** The days that {@code table} has rows of. */
    Extent extent(SourceTable table) {
      if (table.isRollup()) {
        Ends<LocalDate> ends = rollups.getOrDefault(table, Ends.none());
        return new Extent(ends.first(), ends.last(), ends.ahead(), ends.undated());
      }
      Ends<LocalDateTime> ends = facts.getOrDefault(table, Ends.none());
      return new Extent(
          ends.first().map(LocalDateTime::toLocalDate),
          ends.ahead().or(ends::last).map(LocalDateTime::toLocalDate),
          Optional.empty(),
          ends.undated());
    }
  }

  /** Looks at the host behind {@code connection}. */
  Look look(Connection connection, HostFacts facts) throws SQLException {
    Replay replay = Replay.look(connection);
    Map<SourceTable, Ends<LocalDate>> rollups = new HashMap<>();
    Map<SourceTable, Ends<LocalDateTime>> newest = new HashMap<>();
    for (TableReader reader : TableReaders.of(facts.database())) {
      SourceTable table = reader.table();
      if (facts.isReadable(table) && table.isRollup()) {
        rollups.put(table, ofDays(connection, reader, dayOfReplay(replay)));
      } else if (facts.isReadable(table)) {
        newest.put(table, ofFacts(connection, reader, facts.table(table).timeIndexed()));
      }
    }
    return new Look(replay, rollups, newest);
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
  record Ends<T>(Optional<T> first, Optional<T> last, Optional<T> ahead, long undated) {
    static <T> Ends<T> none() {
      return new Ends<>(Optional.empty(), Optional.empty(), Optional.empty(), 0);
    }

    <U> Ends<U> map(Function<T, U> mapping) {
      return new Ends<>(first.map(mapping), last.map(mapping), ahead.map(mapping), undated);
    }
  }

  private static Ends<LocalDate> ofDays(
      Connection connection, TableReader reader, LocalDate notOver) throws SQLException {
    return ends(
        connection,
        reader,
        """
        select
          (select min("$time") from $table where "$time" >= ? and "$time" < ?),
          (select max("$time") from $table where "$time" < ? and "$time" > '-infinity'),
          (select max("$time") from $table where "$time" >= ? and "$time" < 'infinity'),
        """
            + UNDATED,
        LocalDate.class,
        Extent.EARLIEST,
        notOver,
        notOver,
        notOver,
        Extent.MOST_UNDATED);
  }

  private Ends<LocalDateTime> ofFacts(
      Connection connection, TableReader reader, boolean timeIndexed) throws SQLException {
    Instant limit = clock.instant().plus(SKEW);
    if (reader.isZoned()) {
      return ofFacts(
              connection,
              reader,
              timeIndexed,
              OffsetDateTime.class,
              Extent.EARLIEST.atStartOfDay().atOffset(ZoneOffset.UTC),
              limit.atOffset(ZoneOffset.UTC))
          .map(moment -> wallClock.wall(moment.toInstant()));
    }
    return ofFacts(
        connection,
        reader,
        timeIndexed,
        LocalDateTime.class,
        Extent.EARLIEST.atStartOfDay(),
        wallClock.wall(limit));
  }

  private static <T> Ends<T> ofFacts(
      Connection connection, TableReader reader, boolean timeIndexed, Class<T> type, T first, T now)
      throws SQLException {
    String newest =
        """
          (select max("$time") from $table where "$time" <= ? and "$time" > '-infinity'),
          (select max("$time") from $table where "$time" > ? and "$time" < 'infinity'),
        """;
    if (!timeIndexed) {
      // What only an index finds at once is not worth a pass through the table.
      String cast =
          reader.isZoned() ? "select cast(? as timestamptz), " : "select cast(? as timestamp), ";
      return ends(connection, reader, cast + newest + " 0", type, first, now, now);
    }
    return ends(
        connection,
        reader,
        """
        select
          (select min("$time") from $table where "$time" >= ? and "$time" < 'infinity'),
        """
            + newest
            + UNDATED,
        type,
        first,
        now,
        now,
        Extent.MOST_UNDATED);
  }

  private static <T> Ends<T> ends(
      Connection connection, TableReader reader, String sql, Class<T> type, Object... parameters)
      throws SQLException {
    String named =
        sql.replace("$time", reader.timeColumn()).replace("$table", reader.table().name());
    try (PreparedStatement statement = connection.prepareStatement(named)) {
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

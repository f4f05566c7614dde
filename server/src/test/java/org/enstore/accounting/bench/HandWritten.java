package org.enstore.accounting.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.enstore.accounting.demo.KeptPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;

/**
 * What the users of Grafana's own PostgreSQL data source write into their panels, with its macros
 * expanded, run on the standby as the reader. Every value of every row is fetched.
 */
final class HandWritten {
  private static final DateTimeFormatter WALL =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private final KeptPair pair;
  private final ZoneId zone;
  private final Instant now;
  private final List<String> movers;

  /**
   * @param shown the most movers that panels show: those with most transfers of late
   */
  HandWritten(KeptPair pair, ZoneId zone, int shown, Instant now) throws SQLException {
    this.pair = pair;
    this.zone = zone;
    this.now = now;
    this.movers = new ArrayList<>();
    try (Connection connection = pair.connectToStandby(KeptPair.LONG, Role.READER);
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT mover FROM encp_xfer WHERE driver <> 'NullDriver' AND "
                    + within(Duration.ofDays(30))
                    + " GROUP BY 1 ORDER BY count(*) DESC LIMIT "
                    + shown)) {
      while (result.next()) {
        movers.add(result.getString(1));
      }
    }
  }

  List<String> movers() {
    return List.copyOf(movers);
  }

  /** The first day of the history. */
  LocalDate firstDay() throws SQLException {
    try (Connection connection = pair.connectToStandby(KeptPair.LONG, Role.READER);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT min(\"date\") FROM encp_xfer")) {
      result.next();
      return result.getTimestamp(1).toLocalDateTime().toLocalDate();
    }
  }

  /** Reads all rows of both databases once; answers how many the long one has. */
  long warmUp() throws SQLException {
    long counted = 0;
    for (String database : List.of(KeptPair.SHORT, KeptPair.LONG)) {
      try (Connection connection = pair.connectToStandby(database, Role.READER);
          Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT count(pid) FROM encp_xfer")) {
        result.next();
        counted = result.getLong(1);
      }
    }
    return counted;
  }

  /** One year by 12 hours, mover and direction. */
  String twelveHourlyOfAYear() {
    return grouped(43_200, "mover || ' ' || rw", Duration.ofDays(365));
  }

  /** One year by 12 hours and direction. */
  String twelveHourlyTotalOfAYear() {
    return grouped(43_200, "rw", Duration.ofDays(365));
  }

  /** Thirty days by the hour, mover and direction. */
  String hourlyOfAMonth() {
    return grouped(3_600, "mover || ' ' || rw", Duration.ofDays(30));
  }

  /** The whole history by day, mover and direction. */
  String dailyOfEverything() {
    return "SELECT \"date\"::date AS \"time\", mover, rw, sum(\"size\") FROM encp_xfer"
        + " GROUP BY 1, 2, 3";
  }

  /** How long a statement takes to the last value of its last row, in seconds. */
  double time(String sql) throws SQLException {
    try (Connection connection = pair.connectToStandby(KeptPair.LONG, Role.READER);
        Statement statement = connection.createStatement()) {
      long start = System.nanoTime();
      try (ResultSet result = statement.executeQuery(sql)) {
        int columns = result.getMetaData().getColumnCount();
        long length = 0;
        while (result.next()) {
          for (int column = 1; column <= columns; column++) {
            length += result.getString(column).length();
          }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (length == 0) {
          throw new IllegalStateException("no rows: " + sql);
        }
        return seconds;
      }
    }
  }

  private String grouped(int seconds, String metric, Duration back) {
    return ("SELECT floor(extract(epoch from \"date\")/%1$s)*%1$s AS \"time\", %2$s AS metric,"
            + " sum(\"size\") AS value FROM encp_xfer WHERE %3$s AND mover IN (%4$s)"
            + " GROUP BY 1, 2 ORDER BY 1, 2")
        .formatted(
            seconds,
            metric,
            within(back),
            movers.stream().map(mover -> "'" + mover + "'").collect(Collectors.joining(",")));
  }

  private String within(Duration back) {
    return "\"date\" BETWEEN '%s' AND '%s'"
        .formatted(WALL.format(now.minus(back).atZone(zone)), WALL.format(now.atZone(zone)));
  }
}

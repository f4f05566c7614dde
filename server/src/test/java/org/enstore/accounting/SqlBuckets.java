package org.enstore.accounting;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.measure.Step;

/** The buckets of a {@link RandomQuestion}, in PostgreSQL's own reading of clocks and calendars. */
final class SqlBuckets {
  private final RandomQuestion asked;
  private final Connection connection;
  private final LocalDateTime now;
  private final Instant asOf;

  /**
   * The buckets as {@code connection} tells them.
   *
   * @param asOf up to when the answer says it is complete
   */
  SqlBuckets(RandomQuestion asked, Connection connection, LocalDateTime now, Instant asOf) {
    this.asked = asked;
    this.connection = connection;
    this.now = now;
    this.asOf = asOf;
  }

  /** As many buckets as {@code current} has, right before them. */
  List<Long> previous(List<Long> current) throws SQLException {
    long first = current.get(0);
    long length = asked.step().nominal().toSeconds() * current.size();
    List<Long> earlier =
        of(
            Instant.ofEpochSecond(first - length - length / 8 - 864_000),
            Instant.ofEpochSecond(first));
    return earlier.subList(earlier.size() - current.size(), earlier.size());
  }

  /** Where the bucket that begins at {@code start} ends. */
  long end(long start) throws SQLException {
    String sql =
        "SELECT extract(epoch FROM %s)::bigint FROM (SELECT to_timestamp(%s) AS happened) AS probe, LATERAL (SELECT happened AT TIME ZONE '%s' AS local) AS wall"
            .formatted(ends("happened", "local"), start, asked.zone());
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** The buckets of the range on days that the tables have, one at least. */
  List<Long> known() throws SQLException {
    String sql =
        """
        SELECT extract(epoch FROM %1$s), extract(epoch FROM %4$s)
        FROM (SELECT min(date)::date AS day FROM %2$s
              WHERE date >= '1990-01-01' AND date <= '%3$s'
              UNION ALL SELECT max(date)::date FROM encp_xfer WHERE isfinite(date)
              UNION ALL SELECT '%3$s'::date) AS days
        """
            .formatted(
                startOf("min(day)::timestamp"),
                asked.isTrimmed() ? "xfer_by_day_by_mover" : "encp_xfer",
                now.toLocalDate(),
                startOf("(max(day) + 1)::timestamp"));
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      Instant from = later(asked.from(), Instant.ofEpochSecond(row.getLong(1)));
      Instant to = earlier(asked.to(), Instant.ofEpochSecond(row.getLong(2)));
      if (from.isBefore(to)) {
        return of(from, to);
      }
    }
    List<Long> all = of(asked.from(), asked.to());
    return List.of(all.get(asked.from().isBefore(asOf) ? all.size() - 1 : 0));
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  /**
   * Every bucket that meets the range, ascending, found by trying moments closer than the shortest
   * bucket is long.
   */
  List<Long> of(Instant from, Instant to) throws SQLException {
    long fromMillis = from.toEpochMilli();
    long toMillis = to.toEpochMilli();
    long stride =
        asked.step().isCalendar()
            ? 6 * 3600
            : Math.max(60, Math.min(asked.step().nominal().toSeconds() / 2, 900));
    String sql =
        """
        SELECT DISTINCT extract(epoch FROM %s)::bigint
        FROM (SELECT to_timestamp(least(second, %s / 1000.0 - 0.001)) AS happened
              FROM generate_series(%s / 1000.0, %s / 1000.0 + %s, %s) AS second) AS probe,
             LATERAL (SELECT happened AT TIME ZONE '%s' AS local) AS wall
        ORDER BY 1
        """
            .formatted(
                starts("happened", "local"),
                toMillis,
                fromMillis,
                toMillis,
                stride,
                stride,
                asked.zone());
    List<Long> starts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        starts.add(rows.getLong(1));
      }
    }
    return starts;
  }

  String starts(String happened, String local) {
    if (asked.step().isCalendar()) {
      return startOf("date_trunc('" + period() + "', " + local + ")");
    }
    String day = startOf("date_trunc('day', " + local + ")");
    long step = asked.step().nominal().toSeconds();
    // A long day's odd rest belongs to its last bucket.
    return """
    (%1$s + least(floor(extract(epoch FROM %2$s - %1$s) / %3$s),
       CASE WHEN %4$s > 86400 THEN floor(%4$s / %3$s) - 1 ELSE 1440 END)
       * interval '%3$s seconds')\
    """
        .formatted(day, happened, step, dayLength(local));
  }

  String ends(String happened, String local) {
    if (asked.step().isCalendar()) {
      String interval = asked.step() == Step.QUARTER ? "3 months" : "1 " + period();
      return startOf("(date_trunc('%s', %s) + interval '%s')".formatted(period(), local, interval));
    }
    String nextDay = startOf("(date_trunc('day', " + local + ") + interval '1 day')");
    long step = asked.step().nominal().toSeconds();
    return """
    CASE WHEN %1$s > 86400 AND %2$s + interval '%3$s seconds' > %4$s
         THEN %4$s ELSE least(%2$s + interval '%5$s seconds', %4$s) END\
    """
        .formatted(dayLength(local), starts(happened, local), 2 * step, nextDay, step);
  }

  private String dayLength(String local) {
    return "extract(epoch FROM %s - %s)"
        .formatted(
            startOf("(date_trunc('day', " + local + ") + interval '1 day')"),
            startOf("date_trunc('day', " + local + ")"));
  }

  /** The instant of a midnight: the first of two, unless the day before goes on in between. */
  private String startOf(String midnight) {
    return """
    (%1$s AT TIME ZONE '%2$s' - CASE
       WHEN ((%1$s AT TIME ZONE '%2$s' - interval '1 second') AT TIME ZONE '%2$s')::date
            = (%1$s)::date
       THEN interval '1 hour' ELSE interval '0 hours' END)\
    """
        .formatted(midnight, asked.zone().getId());
  }

  private String period() {
    return switch (asked.step()) {
      case WEEK -> "week";
      case MONTH -> "month";
      case QUARTER -> "quarter";
      case YEAR -> "year";
      default -> "day";
    };
  }
}

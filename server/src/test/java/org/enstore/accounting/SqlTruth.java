package org.enstore.accounting;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.enstore.accounting.measure.MoverNames;

/**
 * The answer to a {@link RandomQuestion} by SQL over single rows, in PostgreSQL's own reading of
 * clocks and calendars, and arithmetic on arbitrarily long decimals: nothing in common with how the
 * program adds up.
 */
final class SqlTruth {
  /** A thousand times the largest file on tape. */
  private static final long MOST_BYTES = 1L << 54;

  private final RandomQuestion asked;
  private final Connection connection;
  private final LocalDateTime now;
  private final Instant asOf;
  private final LocalDate lastSummaryDay;
  private final SqlBuckets buckets;

  /**
   * The truth of what {@code connection} sees.
   *
   * @param asOf up to when the answer says it is complete: a standby that is not seen to be current
   *     just then is known to reach as far as when it last was
   */
  SqlTruth(RandomQuestion asked, Connection connection, LocalDateTime now, Instant asOf)
      throws SQLException {
    this.asOf = asOf;
    this.asked = asked;
    this.connection = connection;
    this.now = now;
    this.buckets = new SqlBuckets(asked, connection, now, asOf);
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT max(date) FROM xfer_by_day_by_mover WHERE date < '%s'"
                    .formatted(now.toLocalDate()))) {
      row.next();
      this.lastSummaryDay = row.getObject(1, LocalDate.class);
    }
  }

  /** A value, and how far from it the answer may be. */
  record Expected(BigDecimal value, BigDecimal tolerance) {
    boolean admits(BigDecimal shown) {
      return shown.subtract(value).abs().compareTo(tolerance) <= 0;
    }
  }

  /** What the rows of one bucket and series come to. */
  private static final class Cell {
    private long ends;
    private BigDecimal bytes = BigDecimal.ZERO;
    private BigDecimal transfers = BigDecimal.ZERO;
    private BigDecimal ratedBytes = BigDecimal.ZERO;
    private BigDecimal seconds = BigDecimal.ZERO;
    private final List<Long> rates = new ArrayList<>();

    void add(Cell other) {
      ends = other.ends;
      bytes = bytes.add(other.bytes);
      transfers = transfers.add(other.transfers);
      ratedBytes = ratedBytes.add(other.ratedBytes);
      seconds = seconds.add(other.seconds);
      rates.addAll(other.rates);
    }
  }

  private record Key(List<String> group, String direction) {}

  /** The table: by label set and bucket start, missing values left out. */
  Map<String, Map<Long, Expected>> table() throws SQLException {
    List<Long> current = asked.compared() ? buckets.of(asked.from(), asked.to()) : buckets.known();
    List<Long> previous = asked.compared() ? buckets.previous(current) : List.of();
    long end = buckets.end(current.get(current.size() - 1));
    Map<Key, Map<Long, Cell>> cells =
        cells(asked.compared() ? previous.get(0) : current.get(0), end);
    Map<Key, Map<Long, Cell>> shown = new HashMap<>();
    List<List<String>> apart = apart(cells, current);
    cells.forEach(
        (key, series) -> {
          List<String> group =
              asked.top() == 0 || apart.contains(key.group())
                  ? key.group()
                  : key.group().stream().map(value -> "other").toList();
          Map<Long, Cell> sums =
              shown.computeIfAbsent(new Key(group, key.direction()), absent -> new TreeMap<>());
          series.forEach(
              (start, cell) -> sums.computeIfAbsent(start, absent -> new Cell()).add(cell));
        });
    shown.values().removeIf(series -> series.values().stream().noneMatch(this::counts));
    if (asked.groupBy().isEmpty()) {
      for (String direction : directions()) {
        shown.putIfAbsent(new Key(List.of(), direction), Map.of());
      }
    }
    Map<String, Map<Long, Expected>> table = new TreeMap<>();
    shown.forEach(
        (key, series) -> {
          table.put(labels(key, "current"), values(series, current, current, end));
          if (asked.compared()) {
            table.put(labels(key, "previous"), values(series, previous, current, end));
          }
        });
    return table;
  }

  // ---- rows -----------------------------------------------------------------------------------

  private Map<Key, Map<Long, Cell>> cells(long from, long end) throws SQLException {
    Map<Key, Map<Long, Cell>> cells = new HashMap<>();
    String sql =
        """
        WITH items AS (%s),
        placed AS (
          SELECT %s AS starts, %s AS ends, items.*
          FROM items, LATERAL (SELECT happened AT TIME ZONE '%s' AS local) AS wall
          WHERE TRUE %s),
        judged AS (
          SELECT *, NOT (rate IS NULL OR rate IN (0, -1) OR (rate < 1024 AND size > 1024) %s)
            AS measured FROM placed)
        SELECT extract(epoch FROM starts)::bigint, extract(epoch FROM ends)::bigint, %s, %s,
               sum(size), sum(files), coalesce(sum(size) FILTER (WHERE measured), 0),
               coalesce(sum(size / rate) FILTER (WHERE measured), 0),
               array_agg(rate) FILTER (WHERE measured)
        FROM judged
        WHERE starts >= to_timestamp(%s) AND starts < to_timestamp(%s)
        GROUP BY 1, 2, 3, 4
        """
            .formatted(
                items(),
                buckets.starts("happened", "local"),
                buckets.ends("happened", "local"),
                asked.zone(),
                conditions(),
                asked.measure().startsWith("driveRate") ? "OR size < 536870912" : "",
                asked.groupBy().stream()
                    .map(SqlTruth::column)
                    .collect(Collectors.joining(", ", "ARRAY[", "]::text[]")),
                asked.direction().equals("sum") ? "''" : "direction",
                from,
                end);
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        Cell cell = new Cell();
        cell.ends = rows.getLong(2);
        List<String> group = List.of((String[]) rows.getArray(3).getArray());
        cell.bytes = rows.getBigDecimal(5);
        cell.transfers = rows.getBigDecimal(6);
        cell.ratedBytes = rows.getBigDecimal(7);
        cell.seconds = rows.getBigDecimal(8);
        Array rates = rows.getArray(9);
        if (rates != null) {
          cell.rates.addAll(Arrays.asList((Long[]) rates.getArray()));
        }
        cells
            .computeIfAbsent(new Key(group, rows.getString(4)), absent -> new TreeMap<>())
            .put(rows.getLong(1), cell);
      }
    }
    return cells;
  }

  private static String column(String dimension) {
    return switch (dimension) {
      case "mover" -> "name";
      case "moverClass" -> "class";
      case "storageGroup" -> "storage_group";
      case "library" -> "library";
      case "driveType" -> "drive_id";
      default -> "media_changer";
    };
  }

  private String rateColumn() {
    return switch (asked.measure()) {
      case "networkRate" -> "network_rate";
      case "diskRate" -> "disk_rate";
      case "transferRate" -> "transfer_rate";
      case "overallRate" -> "overall_rate";
      default -> "drive_rate";
    };
  }

  private String items() {
    String zone = asked.zone().getId();
    boolean trimmed = asked.isTrimmed();
    String name = trimmed ? "rtrim(mover, '.mover')" : "regexp_replace(mover, '\\.mover$', '')";
    String byName =
        "CASE WHEN %1$s ILIKE '%%null%%' THEN 'null' WHEN %1$s ILIKE 'disk%%' THEN 'disk' ELSE"
            + " 'tape' END";
    String raw =
        """
        SELECT least(date AT TIME ZONE '%s',
                     (date::date + 1)::timestamp AT TIME ZONE '%1$s' - interval '1 second')
               AS happened, %s AS name, %s AS class,
               CASE rw WHEN 'r' THEN 'read' ELSE 'write' END AS direction, size::numeric AS size,
               1 AS files, %s AS rate, storage_group, coalesce(library, '') AS library, drive_id,
               media_changer
        FROM encp_xfer
        WHERE date < '%s' AND isfinite(date) AND size BETWEEN 0 AND %s
        """
            .formatted(
                zone,
                name,
                trimmed
                    ? byName.formatted("rtrim(mover, '.mover')")
                    : "CASE driver WHEN 'NullDriver' THEN 'null' WHEN 'DiskDriver' THEN 'disk' ELSE"
                        + " 'tape' END",
                rateColumn(),
                now.toLocalDate().plusDays(367),
                MOST_BYTES);
    if (!trimmed) {
      return raw;
    }
    String summary =
        Arrays.stream(new String[] {"read", "write"})
            .map(
                column ->
                    """
                    SELECT date::timestamp AT TIME ZONE '%s' AS happened, mover AS name,
                           %s AS class, '%s' AS direction, "%s"::numeric AS size, 0 AS files,
                           NULL::bigint AS rate, '' AS storage_group, '' AS library,
                           '' AS drive_id, '' AS media_changer
                    FROM xfer_by_day_by_mover
                    WHERE date <= '%s' AND isfinite(date) AND "%s" > 0 AND "%s" <= %s
                    """
                        .formatted(
                            zone,
                            byName.formatted("mover"),
                            column,
                            column,
                            lastSummaryDay,
                            column,
                            column,
                            MOST_BYTES))
            .collect(Collectors.joining(" UNION ALL "));
    return asked.source().equals("summary")
        ? summary
        : summary + " UNION ALL " + raw + " AND date::date > '" + lastSummaryDay + "'";
  }

  private String conditions() {
    List<String> conditions = new ArrayList<>();
    if (!asked.countsNullMovers()) {
      conditions.add("class <> 'null'");
    }
    if (!asked.direction().equals("both") && !asked.direction().equals("sum")) {
      conditions.add("direction = '" + asked.direction() + "'");
    }
    asked
        .filters()
        .forEach(
            (dimension, condition) -> {
              String column = column(dimension);
              switch (condition.kind()) {
                case "match" -> conditions.add(column + " ~ '" + condition.values().get(0) + "'");
                case "noMatch" ->
                    conditions.add(column + " !~ '" + condition.values().get(0) + "'");
                default ->
                    conditions.add(
                        column
                            + (condition.kind().equals("include") ? " IN " : " NOT IN ")
                            + condition.values().stream()
                                .map(value -> literal(dimension, value))
                                .collect(Collectors.joining(", ", "(", ")")));
              }
            });
    return conditions.stream().map(each -> " AND " + each).collect(Collectors.joining());
  }

  private String literal(String dimension, String value) {
    if (!dimension.equals("mover")) {
      return "'" + value + "'";
    }
    return asked.isTrimmed()
        ? "rtrim('" + value + "', '.mover')"
        : "regexp_replace('" + value + "', '\\.mover$', '')";
  }

  // ---- series ---------------------------------------------------------------------------------

  private List<String> directions() {
    return switch (asked.direction()) {
      case "both" -> List.of("read", "write");
      case "sum" -> List.of("");
      default -> List.of(asked.direction());
    };
  }

  private String labels(Key key, String period) {
    Map<String, String> labels = new TreeMap<>();
    for (int i = 0; i < asked.groupBy().size(); i++) {
      labels.put(asked.groupBy().get(i), key.group().get(i));
    }
    if (!key.direction().isEmpty()) {
      labels.put("direction", key.direction());
    }
    if (asked.compared()) {
      labels.put("period", period);
    }
    return labels.toString();
  }

  /** The groups that are not merged with the rest. */
  private List<List<String>> apart(Map<Key, Map<Long, Cell>> cells, List<Long> current) {
    Map<List<String>, BigDecimal> totals = new HashMap<>();
    TreeSet<Long> inRange = new TreeSet<>(current);
    cells.forEach(
        (key, series) -> {
          boolean present = series.values().stream().anyMatch(this::counts);
          if (present && !key.group().stream().allMatch("other"::equals)) {
            BigDecimal total =
                series.entrySet().stream()
                    .filter(entry -> inRange.contains(entry.getKey()))
                    .map(
                        entry ->
                            asked.measure().equals("transfers")
                                ? entry.getValue().transfers
                                : entry.getValue().bytes)
                    .reduce(BigDecimal.ZERO, BigDecimal::add);
            totals.merge(key.group(), total, BigDecimal::add);
          }
        });
    Comparator<List<String>> byName =
        (a, b) -> {
          int order = 0;
          for (int i = 0; i < a.size() && order == 0; i++) {
            order = MoverNames.naturalOrder().compare(a.get(i), b.get(i));
          }
          return order;
        };
    return totals.entrySet().stream()
        .sorted(
            Map.Entry.<List<String>, BigDecimal>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey(byName)))
        .limit(asked.top())
        .map(Map.Entry::getKey)
        .toList();
  }

  private boolean counts(Cell cell) {
    return !asked.measure().contains("Rate") || cell.seconds.signum() > 0;
  }

  private Map<Long, Expected> values(
      Map<Long, Cell> series, List<Long> buckets, List<Long> shownAt, long end)
      throws IllegalStateException {
    Map<Long, Expected> values = new TreeMap<>();
    long completeMillis = Math.min(completeMillis(), 1000 * end);
    boolean sum = List.of("bytes", "throughput", "transfers").contains(asked.measure());
    String gaps = asked.runningTotal() ? "notYet" : sum ? asked.gaps() : "null";
    int known = buckets.size();
    while (gaps.equals("notYet") && known > 0 && 1000 * buckets.get(known - 1) >= completeMillis) {
      known--;
    }
    Cell total = new Cell();
    for (int i = 0; i < buckets.size(); i++) {
      Optional<Cell> cell = Optional.ofNullable(series.get(buckets.get(i))).filter(this::counts);
      cell.ifPresent(total::add);
      if (cell.isEmpty() && (gaps.equals("null") || i >= known)) {
        continue;
      }
      values.put(
          shownAt.get(i),
          value(
              asked.runningTotal() ? total : cell.orElseGet(Cell::new),
              buckets.get(i),
              completeMillis));
    }
    return values;
  }

  private Expected value(Cell cell, long start, long completeMillis) {
    BigDecimal unit =
        BigDecimal.valueOf(
            switch (asked.unit()) {
              case "bytes" -> 1;
              case "MiB" -> 1_048_576;
              default -> 1_000_000;
            });
    return switch (asked.measure()) {
      case "transfers" -> new Expected(cell.transfers, BigDecimal.ZERO);
      case "bytes" -> exact(cell.bytes, unit);
      case "throughput" -> {
        long ends =
            1000 * start >= completeMillis
                ? 1000 * cell.ends
                : Math.min(1000 * cell.ends, completeMillis);
        BigDecimal millis = BigDecimal.valueOf(Math.max(1000, ends - 1000 * start));
        yield cell.bytes.signum() == 0
            ? exact(BigDecimal.ZERO, unit)
            : exact(cell.bytes.movePointRight(3), unit.multiply(millis));
      }
      case "meanFileSize" -> exact(cell.bytes, unit.multiply(cell.transfers));
      case "driveRateMax" ->
          exact(
              BigDecimal.valueOf(
                  cell.rates.stream().mapToLong(Long::longValue).max().orElseThrow()),
              unit);
      case "driveRateP50" -> near(quantile(cell, 0.5), unit, "0.01");
      case "driveRateP95" -> near(quantile(cell, 0.95), unit, "0.01");
      default -> near(cell.ratedBytes.divide(cell.seconds, MathContext.DECIMAL128), unit, "1e-12");
    };
  }

  private static BigDecimal quantile(Cell cell, double quantile) {
    List<Long> ascending = cell.rates.stream().sorted().toList();
    int place = (int) Math.floor(quantile * (ascending.size() - 1));
    return BigDecimal.valueOf(ascending.get(place));
  }

  private int digits() {
    return asked.unit().equals("bytes") ? 0 : 3;
  }

  private Expected exact(BigDecimal value, BigDecimal divisor) {
    BigDecimal rounded = value.divide(divisor, digits(), RoundingMode.HALF_UP);
    // A double has 53 bits: what it cannot hold is shown as the nearest it can.
    boolean whole =
        List.of("bytes", "meanFileSize", "driveRateMax").contains(asked.measure())
            && asked.unit().equals("bytes");
    BigDecimal shown = whole ? rounded : new BigDecimal(Double.toString(rounded.doubleValue()));
    return new Expected(shown, BigDecimal.ZERO);
  }

  /** Within a relative error of the exact value, and the one rounding. */
  private Expected near(BigDecimal bytesPerSecond, BigDecimal unit, String relative) {
    BigDecimal value = bytesPerSecond.divide(unit, MathContext.DECIMAL128);
    BigDecimal half = BigDecimal.valueOf(5, digits() + 1).add(new BigDecimal("1e-9"));
    return new Expected(value, value.multiply(new BigDecimal(relative)).add(half));
  }

  // ---- time -----------------------------------------------------------------------------------

  /** The instant up to which everything is known, in milliseconds. */
  private long completeMillis() {
    return asked.source().equals("summary")
        ? 1000 * lastSummaryDay.plusDays(1).atStartOfDay(asked.zone()).toEpochSecond()
        : Math.min(
            asOf.toEpochMilli(),
            1000 * now.atZone(asked.zone()).withLaterOffsetAtOverlap().toEpochSecond());
  }
}

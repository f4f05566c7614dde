package org.enstore.accounting;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.Database;

/**
 * What SQL says of the measures of all datasets but the transfers. The statements are written by
 * hand from Enstore's own tables and share nothing with those of the service.
 */
final class DatasetTruth {
  private static final String MOVER = "regexp_replace(logname, 'MV$', '')";
  private static final Map<String, String> MOUNT_DIMENSIONS =
      Map.of(
          "mover", MOVER,
          "driveType", "type",
          "storageGroup", "coalesce(storage_group, '')",
          "volume", "volume",
          "node", "node");
  private static final Map<String, String> HOUR_DIMENSIONS =
      Map.of("mover", MOVER, "driveType", "type", "storageGroup", "coalesce(storage_group, '')");

  /** Each dismount of the range or soon after, with the row before it of the same tape, a mount. */
  private static final String PAIRS =
      """
      (select d.type, d.storage_group, d.logname, d.finish, m.start as mounted
        from tape_mounts as d
        cross join lateral (
          select x.state, x.start from tape_mounts as x
            where x.volume = d.volume and x.type = d.type and x.state in ('M', 'D')
              and x.storage_group is not distinct from d.storage_group and x.start < d.start
            order by x.start desc limit 1) as m
        where d.state = 'D' and d.finish >= '$from' and d.start < date '$to' + 8
          and m.state = 'M' and d.finish > m.start
          and d.finish - m.start <= interval '7 days') as pairs
      """;

  private final ZoneId zone;
  private final Map<String, Truth> truths = new TreeMap<>();

  DatasetTruth(ZoneId zone) {
    this.zone = zone;
    errors();
    mounts();
    driveHours();
    driveUse();
    levels();
    jobs();
    liveRates();
    driveStatus();
  }

  /**
   * How SQL tells a measure.
   *
   * @param rows what to select from
   * @param time when a row was, on the site's clock
   * @param value of the rows of a bucket and group; of one row for levels
   * @param holds for levels: for how long, as an interval; empty for others
   * @param error what the answer may be off by, as a part of the value
   */
  record Truth(
      Database database,
      String rows,
      String time,
      String value,
      Map<String, String> dimensions,
      String holds,
      double error) {}

  /** The measures there is a truth about. */
  Map<String, Truth> all() {
    return truths;
  }

  /**
   * The values of {@code measure} by bucket and group.
   *
   * @param step {@code day} or {@code hour}
   */
  Map<String, Double> ask(
      Connection connection,
      String measure,
      List<String> groupBy,
      String step,
      LocalDate from,
      LocalDate to)
      throws SQLException {
    Truth truth = Objects.requireNonNull(truths.get(measure));
    String bucket =
        "extract(epoch from (date_trunc('%s', %s) at time zone '%s'))"
            .formatted(step, truth.time(), zone);
    List<String> groups = new ArrayList<>(List.of(bucket));
    groupBy.forEach(dimension -> groups.add(truth.dimensions().get(dimension)));
    String range = "%s >= '%s' and %s < '%s'".formatted(truth.time(), from, truth.time(), to);
    String numbers = numbered(groups.size());
    String sql =
        truth.holds().isEmpty()
            ? "select %s, %s from %s where %s group by %s"
                .formatted(String.join(", ", groups), truth.value(), truth.rows(), range, numbers)
            : latest(truth, groups, step, from, to);
    sql = sql.replace("$from", from.toString()).replace("$to", to.toString());
    Map<String, Double> values = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        List<String> key = new ArrayList<>(List.of(Long.toString(Math.round(rows.getDouble(1)))));
        for (int i = 2; i <= groups.size(); i++) {
          key.add(rows.getString(i));
        }
        double value = rows.getDouble(groups.size() + 1);
        if (!rows.wasNull()) {
          values.put(String.join("|", key), value);
        }
      }
    }
    return values;
  }

  /** What each key was when it was last sampled up to the end of a bucket, if that holds still. */
  private String latest(
      Truth truth, List<String> groups, String step, LocalDate from, LocalDate to) {
    List<String> names = new ArrayList<>();
    List<String> named = new ArrayList<>();
    for (int i = 1; i < groups.size(); i++) {
      names.add("g" + i);
      named.add(groups.get(i) + " as g" + i);
    }
    String columns = names.stream().map(name -> ", " + name).collect(Collectors.joining());
    return """
    select extract(epoch from (bucket at time zone '%s'))%s, sum(value) from (
      select *, max(at) over (partition by bucket%s) as newest from (
        select distinct on (bucket, key) *
          from generate_series(timestamp '%s', timestamp '%s' - interval '1 %s', '1 %s') as bucket
          join (select %s as at, (row(%s))::text as key, %s as value%s from %s
                  where %s >= '%s' and %s < '%s') as samples on at < bucket + interval '1 %s'
          order by bucket, key, at desc) as each) as judged
    where at >= newest - interval '%s' and newest >= bucket - interval '%s'
    group by bucket%s
    """
        .formatted(
            zone,
            columns,
            columns,
            from,
            to,
            step,
            step,
            truth.time(),
            String.join(", ", truth.dimensions().values()),
            truth.value(),
            named.stream().map(name -> ", " + name).collect(Collectors.joining()),
            truth.rows(),
            truth.time(),
            from,
            truth.time(),
            to,
            step,
            truth.holds(),
            truth.holds(),
            columns);
  }

  private static String numbered(int count) {
    List<String> numbers = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      numbers.add(Integer.toString(i));
    }
    return String.join(", ", numbers);
  }

  private void add(
      String measure,
      Database database,
      String rows,
      String time,
      String value,
      Map<String, String> dimensions) {
    truths.put(measure, new Truth(database, rows, time, value, dimensions, "", 0));
  }

  private void level(
      String measure,
      Database database,
      String rows,
      String time,
      String value,
      Map<String, String> dimensions,
      String holds) {
    truths.put(measure, new Truth(database, rows, time, value, dimensions, holds, 0));
  }

  private String local(String column) {
    return "(%s at time zone '%s')".formatted(column, zone);
  }

  private void errors() {
    add(
        "errors",
        Database.ACCOUNTING,
        "encp_error",
        "date",
        "count(*)",
        Map.of(
            "mover", "regexp_replace(coalesce(mover, ''), '[.]mover$', '')",
            "storageGroup", "coalesce(storage_group, '')",
            "library", "coalesce(library, '')",
            "driveType", "coalesce(drive_id, '')",
            "driveSerial", "coalesce(drive_sn, '')",
            "volume", "coalesce(volume, '')",
            "node", "node",
            "direction", "case rw when 'r' then 'read' when 'w' then 'write' else '' end"));
  }

  private void mounts() {
    String seconds = "extract(epoch from finish - start)";
    mounts("mounts", "count(*) filter (where state = 'M')");
    mounts("failedMounts", "count(*) filter (where state = 'E')");
    mounts(
        "failedMountShare",
        "count(*) filter (where state = 'E')::float8"
            + " / nullif(count(*) filter (where state in ('M', 'E')), 0)");
    mounts("openMounts", "count(*) filter (where state = 'm')");
    mounts(
        "mountTime",
        "sum(%s) filter (where state = 'M') / nullif(count(*) filter (where state = 'M'), 0)"
            .formatted(seconds));
    mounts("mountTimeMax", "max(%s) filter (where state = 'M')".formatted(seconds));
    quantile("mountTimeP50", "M", 0.5);
    quantile("mountTimeP95", "M", 0.95);
    mounts("dismounts", "count(*) filter (where state = 'D')");
    mounts("failedDismounts", "count(*) filter (where state = 'F')");
    mounts(
        "dismountTime",
        "sum(%s) filter (where state = 'D') / nullif(count(*) filter (where state = 'D'), 0)"
            .formatted(seconds));
    mounts("dismountTimeMax", "max(%s) filter (where state = 'D')".formatted(seconds));
    quantile("dismountTimeP95", "D", 0.95);
    String perMount =
        "coalesce(sum(%s) filter (where state = 'D'), 0)::float8"
            + " / nullif(count(*) filter (where state = 'D'), 0)";
    mounts("filesReadPerMount", perMount.formatted("reads"));
    mounts("filesWrittenPerMount", perMount.formatted("writes"));
  }

  private void mounts(String measure, String value) {
    add(measure, Database.ACCOUNTING, "tape_mounts", "start", value, MOUNT_DIMENSIONS);
  }

  private void quantile(String measure, String state, double part) {
    String sorted =
        "array_agg(extract(epoch from finish - start) order by finish - start)"
            + " filter (where state = '%s' and finish > start)".formatted(state);
    String count = "count(*) filter (where state = '%s' and finish > start)".formatted(state);
    truths.put(
        measure,
        new Truth(
            Database.ACCOUNTING,
            "tape_mounts",
            "start",
            "(%s)[floor(%s * (%s - 1))::integer + 1]".formatted(sorted, part, count),
            MOUNT_DIMENSIONS,
            "",
            0.0101));
  }

  private void driveHours() {
    add(
        "driveHours",
        Database.ACCOUNTING,
        PAIRS,
        "finish",
        "sum(extract(epoch from finish - mounted))",
        HOUR_DIMENSIONS);
    String pieces =
        """
        (select pairs.*, hour, extract(epoch from
            least(hour + interval '1 hour', finish) - greatest(hour, mounted)) as seconds
          from %s
          cross join lateral generate_series(
            date_trunc('hour', mounted), finish - interval '1 microsecond', '1 hour') as hour)
          as pieces
        """
            .formatted(PAIRS);
    add("driveHoursSpread", Database.ACCOUNTING, pieces, "hour", "sum(seconds)", HOUR_DIMENSIONS);
  }

  private void driveUse() {
    Map<String, String> dimensions =
        Map.of(
            "tapeLibrary", "tape_library",
            "driveType", "type",
            "storageGroup", "coalesce(storage_group, '')");
    String time = local("\"time\"");
    level(
        "drivesBusy",
        Database.ACCOUNTING,
        "drive_utilization",
        time,
        "busy",
        dimensions,
        "14 minutes");
    add(
        "driveBusyHours",
        Database.ACCOUNTING,
        "drive_utilization",
        time,
        "sum(busy) * 900.0",
        dimensions);
    String drives =
        "(select \"time\", tape_library, type, sum(busy) as busy, max(total) as total"
            + " from drive_utilization group by 1, 2, 3) as drives";
    Map<String, String> whole = Map.of("tapeLibrary", "tape_library", "driveType", "type");
    level("drivesTotal", Database.ACCOUNTING, drives, time, "total", whole, "1 day");
    add(
        "driveBusyShare",
        Database.ACCOUNTING,
        drives,
        time,
        "sum(busy)::float8 / nullif(sum(total), 0)",
        whole);
  }

  private void levels() {
    Map<String, String> blanks = Map.of("mediaType", "media_type");
    level("blanks", Database.ACCOUNTING, "blanks", "date", "blanks", blanks, "6 hours");
    String changes =
        "(select *, blanks - lag(blanks) over (partition by media_type order by date) as change"
            + " from blanks) as changes";
    add(
        "blanksDrawn",
        Database.ACCOUNTING,
        changes,
        "date",
        "coalesce(sum(-change) filter (where change < 0), 0)",
        blanks);
    add(
        "blanksRefilled",
        Database.ACCOUNTING,
        changes,
        "date",
        "coalesce(sum(change) filter (where change > 0), 0)",
        blanks);
    Map<String, String> slots =
        Map.of(
            "tapeLibrary", "tape_library",
            "location", "location",
            "mediaType", "coalesce(media_type, '')");
    Map.of(
            "slotsTotal",
            "total",
            "slotsFree",
            "free",
            "slotsUsed",
            "used",
            "slotsDisabled",
            "disabled")
        .forEach(
            (measure, column) ->
                level(
                    measure,
                    Database.ACCOUNTING,
                    "tape_library_slots_usage",
                    local("\"time\""),
                    column,
                    slots,
                    "7 hours"));
    Map<String, String> quotas = Map.of("library", "library", "storageGroup", "storage_group");
    Map.of(
            "tapesAllocated", "allocated",
            "tapesBlank", "blank",
            "tapesWritten", "written",
            "tapesQuota", "quota",
            "tapesAuthorized", "authorized",
            "tapesRequested", "requested")
        .forEach(
            (measure, column) ->
                level(
                    measure,
                    Database.ACCOUNTING,
                    "quotas",
                    local("\"time\""),
                    "coalesce(" + column + ", 0)",
                    quotas,
                    "6 hours"));
    Map.of(
            "writeTabsTotal", "total",
            "writeTabsShould", "should",
            "writeTabsNotYet", "not_yet",
            "writeTabsDone", "done")
        .forEach(
            (measure, column) ->
                level(
                    measure,
                    Database.ACCOUNTING,
                    "write_protect_summary_by_library",
                    "date",
                    column,
                    Map.of("library", "library"),
                    "26 hours"));
    Map.of(
            "tapeActiveBytes", "active_bytes",
            "tapeDeletedBytes", "deleted_bytes",
            "tapeUnknownBytes", "unknown_bytes",
            "tapeActiveFiles", "active_files",
            "tapeDeletedFiles", "deleted_files")
        .forEach(
            (measure, column) ->
                level(
                    measure,
                    Database.ENSTOREDB,
                    "historic_tape_bytes",
                    "date",
                    column,
                    Map.of("storageGroup", "storage_group"),
                    "32 days"));
  }

  private void jobs() {
    Map<String, String> dimensions = Map.of("job", "name", "node", "node");
    String seconds = "extract(epoch from finish - start)";
    Map.of(
            "jobRuns", "count(*)",
            "jobFailures", "count(*) filter (where status <> 0)",
            "jobsOpen", "count(*) filter (where finish is null)",
            "jobDuration", "sum(%s) / nullif(count(finish), 0)".formatted(seconds),
            "jobDurationMax", "max(%s)".formatted(seconds))
        .forEach(
            (measure, value) ->
                add(measure, Database.ACCOUNTING, "event", "start", value, dimensions));
  }

  private void liveRates() {
    add(
        "liveBytes",
        Database.ACCOUNTING,
        "(select \"time\", unnest(array['read', 'write']) as direction,"
            + " unnest(array[\"read\", \"write\"]) as bytes from rate) as moved",
        local("(\"time\" - interval '15 seconds')"),
        "sum(bytes)",
        Map.of("direction", "direction"));
  }

  private void driveStatus() {
    Map<String, String> dimensions =
        Map.of(
            "driveSerial", "drive_sn",
            "mover", "regexp_replace(coalesce(mover_name, ''), '[.]mover$', '')",
            "driveType", "product_type",
            "volume", "coalesce(tape_volser, '')",
            "firmware", "coalesce(firmware_version, '')",
            "node", "host");
    String known = "(select * from status where read_errors >= 0 and write_errors >= 0) as s";
    Map.of(
            "correctedReadErrors", "sum(read_errors)",
            "correctedWriteErrors", "sum(write_errors)",
            "driveDismounts", "count(*)",
            "correctedErrorsPerGB",
                "sum(read_errors + write_errors)::float8 * 1e9"
                    + " / nullif(sum((mb_dev_read + mb_dev_write)::bigint * 1048576), 0)")
        .forEach(
            (measure, value) ->
                add(measure, Database.DRIVESTAT, known, "\"time\"", value, dimensions));
    Map.of("tapeBytesWritten", "mb_user_write", "tapeBytesRead", "mb_user_read")
        .forEach(
            (measure, column) ->
                add(
                    measure,
                    Database.DRIVESTAT,
                    "status",
                    "\"time\"",
                    "sum(%s::bigint) filter (where %s >= 0) * 1048576".formatted(column, column),
                    dimensions));
  }
}

package org.enstore.accounting.cli;

import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.proto.v1.Label;
import org.enstore.accounting.proto.v1.Notice;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesQuery;

/** Writes series as a table, as CSV and as JSON. Times have the site's offset. */
final class SeriesText {
  /** In place of a number of decimals: none for whole numbers, some for others. */
  static final int AS_NEEDED = -1;

  private static final int MOST_DECIMALS = 3;

  private SeriesText() {}

  // ---- for people -----------------------------------------------------------------------------

  /**
   * A row for each bucket, a column for each series; their sums below where they have a meaning.
   */
  static List<String> table(Answer answer, ZoneId zone, OptionalInt width) {
    String unit = answer.header().getUnit();
    TextTable table = new TextTable().texts(unit.isEmpty() ? "" : unit);
    for (int i = 0; i < answer.series(); i++) {
      table.numbers(answer.name(i));
    }
    int decimals = Answer.decimals(answer.header());
    for (int bucket = 0; bucket < answer.buckets(); bucket++) {
      List<String> cells = new ArrayList<>();
      cells.add(bucketName(answer, bucket, zone));
      for (int i = 0; i < answer.series(); i++) {
        cells.add(shown(answer.value(i, bucket), decimals));
      }
      table.row(cells);
    }
    List<String> totals = new ArrayList<>(List.of("total"));
    for (int i = 0; i < answer.series(); i++) {
      totals.add(shown(answer.total(i), decimals));
    }
    if (totals.stream().skip(1).anyMatch(total -> !total.isEmpty())) {
      table.row(totals);
    }
    return table.lines(width);
  }

  /** A bucket by its beginning: by its date alone where all begin at midnight. */
  private static String bucketName(Answer answer, int bucket, ZoneId zone) {
    String time = Moment.show(answer.start(bucket), zone);
    return isByDate(answer.header()) ? time.substring(0, time.indexOf('T')) : time;
  }

  private static boolean isByDate(SeriesHeader header) {
    char last = header.getStep().charAt(header.getStep().length() - 1);
    return last == 'd' || last == 'w' || last == 'M' || last == 'Q' || last == 'y';
  }

  /** {@code value} with so many decimals; empty when there is none. */
  static String shown(Optional<BigDecimal> value, int decimals) {
    return value.map(number -> shown(number, decimals)).orElse("");
  }

  private static String shown(BigDecimal number, int decimals) {
    boolean isWhole = number.stripTrailingZeros().scale() <= 0;
    int digits = decimals == AS_NEEDED ? (isWhole ? 0 : MOST_DECIMALS) : decimals;
    return String.format(Locale.ROOT, "%,." + digits + "f", number);
  }

  /** {@code number} with commas between thousands. */
  static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  // ---- CSV ------------------------------------------------------------------------------------

  /** The names of the fields of {@link #csv}: the time, each label, the measure with its unit. */
  static String csvHeading(SeriesHeader header, List<String> labels) {
    List<String> fields = new ArrayList<>(List.of("time"));
    fields.addAll(labels);
    fields.add(valueName(header));
    return Csv.record(fields);
  }

  /** What the values are called: {@code bytes}, {@code bytes_MiB}, {@code driveRate_MiB_per_s}. */
  static String valueName(SeriesHeader header) {
    String measure = header.getMeasure();
    String unit = header.getUnit();
    return unit.isEmpty() || unit.equals(measure)
        ? measure
        : measure + "_" + unit.replace("/s", "_per_s");
  }

  /** The names of all labels, in the order they come, or as {@code asked} while none has come. */
  static List<String> labelNames(SeriesHeader header, SeriesQuery asked) {
    Set<String> names = new LinkedHashSet<>();
    header
        .getSeriesList()
        .forEach(series -> series.getLabelsList().forEach(label -> names.add(label.getName())));
    if (header.getSeriesCount() == 0) {
      Optional<Dataset> dataset =
          Catalogue.ENSTORE.measure(header.getMeasure()).map(Catalogue.ENSTORE::datasetOf);
      if (asked.hasGroupBy()) {
        names.addAll(asked.getGroupBy().getDimensionsList());
      } else {
        dataset.ifPresent(
            known -> known.defaultGroupBy().forEach(dimension -> names.add(dimension.id())));
      }
      if (asked.getDirection() != SeriesQuery.Direction.DIRECTION_SUM) {
        dataset
            .flatMap(known -> known.defaults().split())
            .ifPresent(split -> names.add(split.id()));
      }
      if (asked.getCompare() == SeriesQuery.Compare.COMPARE_PREVIOUS_PERIOD) {
        names.add("period");
      }
    }
    return List.copyOf(names);
  }

  /** One value of a series as a record; the value is empty when there is none. */
  static String csv(
      String time, List<Label> labels, List<String> names, Optional<BigDecimal> value) {
    List<String> fields = new ArrayList<>(List.of(time));
    for (String name : names) {
      fields.add(
          labels.stream()
              .filter(label -> label.getName().equals(name))
              .map(Label::getValue)
              .findFirst()
              .orElse(""));
    }
    fields.add(value.map(BigDecimal::toPlainString).orElse(""));
    return Csv.record(fields);
  }

  /** Writes the whole answer: a record for each series and bucket, series by series. */
  static void csv(Answer answer, SeriesQuery asked, ZoneId zone, Output out) {
    List<String> names = labelNames(answer.header(), asked);
    out.text(csvHeading(answer.header(), names));
    List<String> times = times(answer, zone);
    for (int i = 0; i < answer.series(); i++) {
      for (int bucket = 0; bucket < answer.buckets(); bucket++) {
        out.text(csv(times.get(bucket), answer.labels(i), names, answer.value(i, bucket)));
      }
    }
  }

  private static List<String> times(Answer answer, ZoneId zone) {
    List<String> times = new ArrayList<>();
    for (int bucket = 0; bucket < answer.buckets(); bucket++) {
      times.add(Moment.show(answer.start(bucket), zone));
    }
    return times;
  }

  // ---- JSON -----------------------------------------------------------------------------------

  /** The whole answer as one object. */
  static String json(Answer answer, Connection.Source source) {
    ZoneId zone = source.zone();
    SeriesHeader header = answer.header();
    return Json.of(
        json -> {
          json.beginObject();
          json.name("dataSource").value(source.name());
          json.name("timeZone").value(zone.getId());
          json.name("measure").value(header.getMeasure());
          json.name("unit").value(header.getUnit());
          json.name("step").value(header.getStep());
          Json.time(json.name("asOf"), header.getAsOf().getSeconds(), zone);
          json.name("executed").value(header.getExecuted());
          json.name("cached").value(header.getCached());
          json.name("notices").beginArray();
          for (Notice notice : header.getNoticesList()) {
            json.beginObject();
            json.name("severity").value(Words.of(notice.getSeverity().getValueDescriptor()));
            json.name("text").value(notice.getText());
            json.endObject();
          }
          json.endArray();
          Json.texts(json.name("times"), times(answer, zone));
          Json.time(json.name("end"), header.getEndTime().getSeconds(), zone);
          json.name("series").beginArray();
          for (int i = 0; i < answer.series(); i++) {
            json.beginObject();
            Json.labels(json.name("labels"), answer.labels(i));
            json.name("values").beginArray();
            for (int bucket = 0; bucket < answer.buckets(); bucket++) {
              Json.number(json, answer.value(i, bucket));
            }
            json.endArray().endObject();
          }
          json.endArray().endObject();
        });
  }
}

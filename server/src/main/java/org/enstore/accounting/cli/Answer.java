package org.enstore.accounting.cli;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.proto.v1.BucketStarts;
import org.enstore.accounting.proto.v1.Label;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesIdentity;
import org.enstore.accounting.proto.v1.SeriesValues;

/** An answer in columns, put together out of its parts. */
final class Answer {
  private final SeriesHeader header;
  private final long[] starts;
  private final List<Numbers> numbers;

  private Answer(SeriesHeader header, long[] starts, List<Numbers> numbers) {
    this.header = header;
    this.starts = starts;
    this.numbers = numbers;
  }

  /** The answer that {@code parts} make. */
  static Answer of(Iterator<QuerySeriesResponse> parts) {
    SeriesHeader header = parts.next().getHeader();
    int count = header.getBucketCount();
    long[] starts = new long[count];
    List<Column> columns = new ArrayList<>();
    header.getSeriesList().forEach(series -> columns.add(new Column(count)));
    while (parts.hasNext()) {
      QuerySeriesResponse part = parts.next();
      if (part.hasBuckets()) {
        BucketStarts some = part.getBuckets();
        for (int i = 0; i < some.getStartEpochSecondsCount(); i++) {
          starts[some.getFirstBucket() + i] = some.getStartEpochSeconds(i);
        }
      }
      if (part.hasValues()) {
        columns.get(part.getValues().getSeries()).take(part.getValues());
      }
    }
    return new Answer(header, starts, columns.stream().map(Column::numbers).toList());
  }

  /** A series while it comes in. What has not come is missing. */
  private static final class Column {
    private final long[] integers;
    private final double[] others;
    private final BitSet missing = new BitSet();
    private boolean exact;

    Column(int count) {
      integers = new long[count];
      others = new double[count];
      missing.set(0, count);
    }

    void take(SeriesValues values) {
      int first = values.getFirstBucket();
      exact |= values.getIntegersCount() > 0;
      for (int i = 0; i < values.getIntegersCount(); i++) {
        integers[first + i] = values.getIntegers(i);
      }
      for (int i = 0; i < values.getNumbersCount(); i++) {
        others[first + i] = values.getNumbers(i);
      }
      missing.clear(first, first + Math.max(values.getIntegersCount(), values.getNumbersCount()));
      values.getMissingList().forEach(place -> missing.set(first + place));
    }

    Numbers numbers() {
      return exact ? Numbers.exact(integers, missing) : Numbers.rounded(others, missing);
    }
  }

  SeriesHeader header() {
    return header;
  }

  /** How many buckets there are. */
  int buckets() {
    return starts.length;
  }

  /** When bucket {@code index} begins. */
  Instant start(int index) {
    return Instant.ofEpochSecond(starts[index]);
  }

  /** How many series there are. */
  int series() {
    return numbers.size();
  }

  /** The labels of series {@code index}. */
  List<Label> labels(int index) {
    return header.getSeries(index).getLabelsList();
  }

  /** The numbers of series {@code index}. */
  Numbers numbers(int index) {
    return numbers.get(index);
  }

  /** The value of series {@code series} in bucket {@code bucket}, as it was sent. */
  Optional<BigDecimal> value(int series, int bucket) {
    Numbers column = numbers.get(series);
    if (column.isMissing(bucket)) {
      return Optional.empty();
    }
    return Optional.of(
        column instanceof Numbers.Longs longs
            ? BigDecimal.valueOf(longs.at(bucket))
            : plain(((Numbers.Doubles) column).at(bucket)));
  }

  /** {@code number} with the digits that tell it from its neighbours, and no more. */
  static BigDecimal plain(double number) {
    BigDecimal shortest = BigDecimal.valueOf(number).stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
  }

  /** The sum of a series; empty when nothing is there, or when sums have no meaning. */
  Optional<BigDecimal> total(int series) {
    Optional<BigDecimal> total = Optional.empty();
    for (int i = 0; header.getAdditive() && i < buckets(); i++) {
      Optional<BigDecimal> value = value(series, i);
      if (value.isPresent()) {
        total = Optional.of(total.map(value.get()::add).orElse(value.get()));
      }
    }
    return total;
  }

  /** What a series is called: its labels' values, {@code Total} without any. */
  static String name(SeriesIdentity series) {
    return series.getLabelsCount() == 0
        ? "Total"
        : series.getLabelsList().stream()
            .map(label -> label.getValue().isEmpty() ? "(none)" : label.getValue())
            .collect(Collectors.joining(" "));
  }

  /** What series {@code index} is called. */
  String name(int index) {
    return name(header.getSeries(index));
  }

  /** How many decimals people are shown; those that a plain number needs. */
  static int decimals(SeriesHeader header) {
    if (header.getUnit().isEmpty()) {
      return SeriesText.AS_NEEDED;
    }
    return header.getUnit().startsWith("bytes") ? 0 : 3;
  }
}

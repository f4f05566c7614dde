package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;

/** What a {@link TransferSource} gives, in a form that tests compare. */
final class SourceReads {
  private SourceReads() {}

  /** The cells of days, from {@code from} to before {@code to}, as text. */
  static List<String> read(
      TransferSource source, Grain grain, Shape shape, String from, String to) {
    return cells(source, Transfers.FACTS, grain, shape, from, to);
  }

  /** The same of the summary. */
  static List<String> summary(TransferSource source, Shape shape, String from, String to) {
    return cells(source, Transfers.SUMMARY, Grain.DAY, shape, from, to);
  }

  /** All bytes or transfers of the days, whichever cells they are in. */
  static long sum(TransferSource source, Grain grain, String from, String to) {
    return cells(source, Transfers.FACTS, grain, SourceUnderTest.TOTAL, from, to).stream()
        .mapToLong(cell -> Long.parseLong(cell.substring(cell.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** The cells as text, equal ones added up, by time, direction and values. */
  private static List<String> cells(
      TransferSource source, SourceTable table, Grain grain, Shape shape, String from, String to) {
    Map<String, long[]> cells = new TreeMap<>();
    List<Dimension> told = new ArrayList<>(shape.dimensions());
    told.add(Dimensions.DIRECTION);
    Shape directed = Shape.of(told, shape.quantities());
    source.read(
        new ReadRequest(table, grain, directed, LocalDate.parse(from), LocalDate.parse(to)),
        (epochSecond, key, sums) -> {
          assertThat(sums).hasSize(shape.quantities().size());
          String name =
              Instant.ofEpochSecond(epochSecond)
                  + " "
                  + directed.value(Dimensions.DIRECTION, key)
                  + " "
                  + shape.dimensions().stream()
                      .map(dimension -> directed.value(dimension, key))
                      .toList();
          long[] known = cells.computeIfAbsent(name, absent -> new long[sums.length]);
          for (int i = 0; i < sums.length; i++) {
            known[i] = Math.addExact(known[i], sums[i]);
          }
        },
        new Cancellation());
    List<String> texts = new ArrayList<>();
    cells.forEach(
        (name, sums) -> {
          StringBuilder text = new StringBuilder(name);
          for (long sum : sums) {
            text.append(' ').append(sum);
          }
          texts.add(text.toString());
        });
    return texts;
  }

  /** The bytes of a day's cells, or of those from {@code since} on, by the second they begin. */
  static Map<Long, Long> byStart(
      TransferSource source, Grain grain, LocalDate day, Optional<Instant> since) {
    Map<Long, Long> cells = new TreeMap<>();
    source.read(
        new ReadRequest(Transfers.FACTS, grain, SourceUnderTest.TOTAL, day, day.plusDays(1), since),
        (epochSecond, key, sums) -> cells.merge(epochSecond, sums[0], Long::sum),
        new Cancellation());
    return cells;
  }

  /** How many rows were left out, by the time of their cell. */
  static Map<String, Long> leftOut(
      TransferSource source, SourceTable table, Grain grain, String from, String to) {
    Map<String, Long> counts = new TreeMap<>();
    Shape shape =
        table == Transfers.FACTS
            ? SourceUnderTest.TOTAL
            : Shape.of(List.of(Dimensions.MOVER), List.of(TransferQuantities.BYTES));
    source.read(
        new ReadRequest(table, grain, shape, LocalDate.parse(from), LocalDate.parse(to)),
        new RowSink() {
          @Override
          public void accept(long epochSecond, GroupKey key, long[] quantities) {}

          @Override
          public void leaveOut(long epochSecond, long rows) {
            counts.merge(Instant.ofEpochSecond(epochSecond).toString(), rows, Long::sum);
          }

          @Override
          public void begin() {
            counts.clear();
          }
        },
        new Cancellation());
    return counts;
  }

  /** The two quantities of all transfers of 2024-05-01 together. */
  static List<Double> rates(TransferSource source, Quantity one, Quantity other) {
    Shape shape = Shape.of(List.of(), List.of(one, other));
    List<Double> values = new ArrayList<>();
    source.read(
        new ReadRequest(
            Transfers.FACTS,
            Grain.DAY,
            shape,
            LocalDate.parse("2024-05-01"),
            LocalDate.parse("2024-05-02")),
        (epochSecond, key, sums) -> {
          for (int i = 0; i < sums.length; i++) {
            values.add(
                shape.quantities().get(i).isDouble()
                    ? Double.longBitsToDouble(sums[i])
                    : (double) sums[i]);
          }
        },
        new Cancellation());
    return values;
  }
}

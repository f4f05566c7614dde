package org.enstore.accounting.grafana;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.FieldConfig;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameMeta;
import org.enstore.accounting.frame.FrameType;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.series.CapacityAnswer;
import org.enstore.accounting.series.CapacityAnswer.Stock;
import org.enstore.accounting.series.CapacityQuery;
import org.jspecify.annotations.Nullable;

/** Turns when stocks run out into tables. */
final class CapacityFrames {
  private CapacityFrames() {}

  /**
   * What the query's view shows.
   *
   * @param startOfDay when a local day of the site begins
   */
  static Frame table(String refId, CapacityAnswer answer, Function<LocalDate, Instant> startOfDay) {
    List<Stock> stocks = answer.stocks();
    Frame.Builder frame =
        Frame.answering(refId)
            .meta(
                FrameMeta.of(FrameType.TABLE)
                    .notices(answer.notices().stream().map(AnswerFrames::notice).toList())
                    .executedQuery(answer.executed())
                    .build());
    List<Dimension> groups = answer.query().stock().groups();
    for (int i = 0; i < groups.size(); i++) {
      int place = i;
      frame.column(
          Column.texts(
              groups.get(i).id(), stocks.stream().map(each -> each.names().get(place)).toList()));
    }
    if (answer.query().view() == CapacityQuery.View.DAYS) {
      return frame
          .column(
              number("days", stocks, stock -> Math.min(stock.early(), CapacityAnswer.MOST_DAYS)))
          .build();
    }
    return frame
        .column(
            Column.numbers(
                    "left",
                    Numbers.exact(stocks.stream().mapToLong(Stock::left).toArray(), new BitSet()))
                .configured(FieldConfig.builder().unit("short").build()))
        .column(number("usedPerDay", stocks, Stock::usedPerDay))
        .column(number("daysEarly", stocks, Stock::early))
        .column(number("daysMiddle", stocks, Stock::middle))
        .column(number("daysLate", stocks, Stock::late))
        .column(times("early", stocks, Stock::earlyDay, startOfDay))
        .column(times("middle", stocks, Stock::middleDay, startOfDay))
        .column(times("late", stocks, Stock::lateDay, startOfDay))
        .column(times("orderBy", stocks, Stock::orderBy, startOfDay))
        .column(Column.texts("words", stocks.stream().map(Stock::words).toList()))
        .build();
  }

  /** A number that is not known, or beyond what is looked at, is null. */
  private static Column number(String name, List<Stock> stocks, ToDoubleFunction<Stock> value) {
    double[] values = stocks.stream().mapToDouble(value).toArray();
    BitSet missing = new BitSet();
    for (int i = 0; i < values.length; i++) {
      missing.set(i, !Double.isFinite(values[i]));
      values[i] = Double.isFinite(values[i]) ? values[i] : 0;
    }
    return Column.numbers(name, Numbers.rounded(values, missing))
        .nullable()
        .configured(FieldConfig.builder().unit("none").decimals(1).build());
  }

  private static Column times(
      String name,
      List<Stock> stocks,
      Function<Stock, Optional<LocalDate>> day,
      Function<LocalDate, Instant> startOfDay) {
    List<@Nullable Instant> instants = new ArrayList<>();
    stocks.forEach(stock -> instants.add(day.apply(stock).map(startOfDay).orElse(null)));
    return Column.times(name, instants).nullable();
  }
}

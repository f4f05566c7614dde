package org.enstore.accounting.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Small charts out of characters: a bar for each bucket. Few series are drawn tall, many as a line
 * each. A bucket of zero is an underscore, one without a value a blank.
 */
final class Chart {
  private static final String EIGHTHS = "▁▂▃▄▅▆▇█";
  private static final String ASCII_STEPS = ".:-=+*#@";
  private static final int TALL_SERIES = 3;
  private static final int TALL_ROWS = 6;
  private static final int LONGEST_NAME = 32;
  private static final int NARROWEST = 10;

  private final Answer answer;
  private final int columns;
  private final boolean unicode;

  /**
   * A chart.
   *
   * @param columns how long a line may be
   * @param unicode whether block characters are shown
   */
  Chart(Answer answer, int columns, boolean unicode) {
    this.answer = answer;
    this.columns = columns;
    this.unicode = unicode;
  }

  /** How many bars a line of {@code columns} characters has room for, beside names and figures. */
  static int bars(int columns) {
    return Math.max(NARROWEST, columns - LONGEST_NAME / 2 - 20);
  }

  /** The lines; empty without series. */
  List<String> lines() {
    if (answer.series() == 0) {
      return List.of();
    }
    List<String> figures =
        IntStream.range(0, answer.series()).mapToObj(i -> shown(largest(i))).toList();
    int figureWidth = Math.max(3, figures.stream().mapToInt(String::length).max().orElse(0));
    boolean tall = answer.series() <= TALL_SERIES;
    int nameWidth =
        tall
            ? 0
            : Math.min(
                LONGEST_NAME,
                IntStream.range(0, answer.series())
                    .map(i -> answer.name(i).length())
                    .max()
                    .orElse(0));
    int room = columns - nameWidth - figureWidth - (tall ? 1 : 4);
    List<List<Optional<BigDecimal>>> bars = new ArrayList<>();
    int together = (answer.buckets() + Math.max(NARROWEST, room) - 1) / Math.max(NARROWEST, room);
    for (int i = 0; i < answer.series(); i++) {
      bars.add(bars(i, together));
    }
    List<String> lines = new ArrayList<>();
    if (together > 1) {
      lines.add("each bar is the mean of " + together + " buckets");
    }
    if (tall) {
      for (int i = 0; i < answer.series(); i++) {
        tall(lines, i, bars.get(i), figures.get(i), figureWidth);
      }
    } else {
      lines.add(padded("", nameWidth) + "  each line to its own maximum");
      for (int i = 0; i < answer.series(); i++) {
        lines.add(
            (padded(answer.name(i), nameWidth)
                    + "  "
                    + row(bars.get(i), largest(bars.get(i)), 1, 0)
                    + "  "
                    + padLeft(figures.get(i), figureWidth))
                .stripTrailing());
      }
    }
    return lines;
  }

  private void tall(
      List<String> lines,
      int series,
      List<Optional<BigDecimal>> bars,
      String figure,
      int figureWidth) {
    if (!lines.isEmpty()) {
      lines.add("");
    }
    lines.add(answer.name(series));
    BigDecimal largest = largest(bars);
    // Averaged bars may stay below the largest bucket; the axis is theirs.
    String top = bars.size() == answer.buckets() ? figure : shown(largest);
    for (int row = TALL_ROWS - 1; row >= 0; row--) {
      String mark = row == TALL_ROWS - 1 ? top : row == 0 ? "0" : "";
      lines.add(
          (padLeft(mark, figureWidth) + " " + row(bars, largest, TALL_ROWS, row)).stripTrailing());
    }
  }

  /** Row {@code row} from below of bars that are {@code rows} high. */
  private String row(List<Optional<BigDecimal>> bars, BigDecimal largest, int rows, int row) {
    String steps = unicode ? EIGHTHS : ASCII_STEPS;
    StringBuilder line = new StringBuilder();
    for (Optional<BigDecimal> bar : bars) {
      if (bar.isEmpty()) {
        line.append(' ');
      } else if (bar.get().signum() == 0) {
        line.append(row == 0 ? '_' : ' ');
      } else {
        // The smallest number is still to be seen.
        int height =
            Math.max(
                1,
                (int)
                    Math.round(
                        bar.get().doubleValue() / largest.doubleValue() * rows * steps.length()));
        int filled = Math.min(steps.length(), height - row * steps.length());
        line.append(filled <= 0 ? ' ' : steps.charAt(filled - 1));
      }
    }
    return line.toString();
  }

  /** One number for each bar: the mean of the values of so many buckets {@code together}. */
  private List<Optional<BigDecimal>> bars(int series, int together) {
    List<Optional<BigDecimal>> bars = new ArrayList<>();
    for (int first = 0; first < answer.buckets(); first += together) {
      int end = Math.min(answer.buckets(), first + together);
      List<BigDecimal> values =
          IntStream.range(first, end)
              .mapToObj(i -> answer.value(series, i))
              .flatMap(Optional::stream)
              .toList();
      bars.add(
          values.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  BigDecimal.valueOf(
                      values.stream().mapToDouble(BigDecimal::doubleValue).average().orElse(0))));
    }
    return bars;
  }

  private BigDecimal largest(int series) {
    return largest(
        IntStream.range(0, answer.buckets()).mapToObj(i -> answer.value(series, i)).toList());
  }

  private static BigDecimal largest(List<Optional<BigDecimal>> values) {
    return values.stream()
        .flatMap(Optional::stream)
        .max(BigDecimal::compareTo)
        .orElse(BigDecimal.ZERO);
  }

  private String shown(BigDecimal number) {
    return String.format(
        Locale.ROOT,
        "%,." + (number.scale() > 0 && number.doubleValue() < 1000 ? 1 : 0) + "f",
        number);
  }

  private static String padded(String text, int width) {
    return text.length() > width
        ? text.substring(0, width)
        : text + " ".repeat(width - text.length());
  }

  private static String padLeft(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }
}

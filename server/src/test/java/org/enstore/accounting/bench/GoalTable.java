package org.enstore.accounting.bench;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured beside what was wanted. */
final class GoalTable {
  private final List<String> lines = new ArrayList<>();

  /** A ratio of two times that must not exceed {@code limit}. */
  void atMost(String figure, Samples ours, Samples other, double limit, String remark) {
    double ratio = ours.median() / other.median();
    String times = Samples.text(ours.median()) + " against " + Samples.text(other.median());
    add(
        figure,
        times(ratio),
        "≤ " + times(limit),
        ratio <= limit,
        remark.isEmpty() ? times : times + "; " + remark);
  }

  /** A ratio of two numbers that must not exceed {@code limit}. */
  void atMostCounted(String figure, Samples ours, Samples other, double limit) {
    double ratio = ours.median() / other.median();
    add(
        figure,
        times(ratio),
        "≤ " + times(limit),
        ratio <= limit,
        String.format(Locale.ROOT, "%.0f against %.0f", ours.median(), other.median()));
  }

  /** How many times quicker ours is; at least {@code limit}. */
  void atLeast(String figure, Samples other, Samples ours, double limit) {
    double ratio = other.median() / ours.median();
    add(
        figure,
        times(ratio),
        "≥ " + times(limit),
        ratio >= limit,
        Samples.text(ours.median()) + " against " + Samples.text(other.median()));
  }

  void add(String figure, String value, String goal, boolean met, String remark) {
    lines.add(
        "| %s | %s | %s | %s | %s |"
            .formatted(figure, value, goal, met ? "met" : "missed", remark));
  }

  void print(PrintStream out, Instant at, String machine) {
    out.println();
    out.println(at.truncatedTo(ChronoUnit.MINUTES) + ", " + machine);
    out.println();
    out.println("| figure | measured | goal | | medians |");
    out.println("|---|---|---|---|---|");
    lines.forEach(out::println);
  }

  private static String times(double ratio) {
    return ratio < 10
        ? String.format(Locale.ROOT, "%.2f×", ratio)
        : String.format(Locale.ROOT, "%,.0f×", ratio);
  }
}

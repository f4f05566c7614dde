package org.enstore.accounting.outlook;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a change between two periods is made of: by group, and within each group by part. Amounts
 * are whole numbers, such as bytes or files, so contributions add up to the change to the last one.
 *
 * @param before the total of the period before
 * @param after the total of the period
 * @param groups the one that changed the most first
 */
public record Contributions(long before, long after, List<Contribution> groups) {
  /** So much of a change is what a sentence tells of it. */
  private static final double MOST_OF_IT = 0.8;

  private static final int MOST_NAMES = 3;

  public Contributions {
    groups = List.copyOf(groups);
  }

  /** A group, and a part within it. */
  public record Key(String group, String part) {}

  /**
   * What one group or part contributes.
   *
   * @param name of the group or part
   * @param before its amount in the period before
   * @param after its amount in the period
   * @param parts of a group, the one that changed the most first; none of a part
   */
  public record Contribution(String name, long before, long after, List<Contribution> parts) {
    public Contribution {
      parts = List.copyOf(parts);
    }

    /** By how much it changed. */
    public long change() {
      return Math.subtractExact(after, before);
    }
  }

  /** By how much the total changed. */
  public long change() {
    return Math.subtractExact(after, before);
  }

  /** Compares two periods; a key that one of them lacks had nothing there. */
  public static Contributions of(Map<Key, Long> before, Map<Key, Long> after) {
    Map<String, TreeSet<String>> names = new TreeMap<>();
    for (Map<Key, Long> period : List.of(before, after)) {
      period
          .keySet()
          .forEach(key -> names.computeIfAbsent(key.group(), k -> new TreeSet<>()).add(key.part()));
    }
    long totalBefore = 0;
    long totalAfter = 0;
    List<Contribution> groups = new ArrayList<>();
    for (Map.Entry<String, TreeSet<String>> group : names.entrySet()) {
      long groupBefore = 0;
      long groupAfter = 0;
      List<Contribution> parts = new ArrayList<>();
      for (String part : group.getValue()) {
        Key key = new Key(group.getKey(), part);
        long partBefore = before.getOrDefault(key, 0L);
        long partAfter = after.getOrDefault(key, 0L);
        groupBefore = Math.addExact(groupBefore, partBefore);
        groupAfter = Math.addExact(groupAfter, partAfter);
        parts.add(new Contribution(part, partBefore, partAfter, List.of()));
      }
      parts.sort(LARGEST_FIRST);
      groups.add(new Contribution(group.getKey(), groupBefore, groupAfter, parts));
      totalBefore = Math.addExact(totalBefore, groupBefore);
      totalAfter = Math.addExact(totalAfter, groupAfter);
    }
    groups.sort(LARGEST_FIRST);
    return new Contributions(totalBefore, totalAfter, groups);
  }

  private static final Comparator<Contribution> LARGEST_FIRST =
      Comparator.<Contribution>comparingDouble(c -> Math.abs((double) c.change()))
          .reversed()
          .thenComparing(Contribution::name);

  /**
   * Two sentences: how much the total changed, and which groups account for it. The second is left
   * out if nothing changed.
   */
  public String words(String measure, Note.AmountText amount) {
    long change = change();
    if (change == 0) {
      return measure
          + " did not change: "
          + amount.of((double) after)
          + "."
          + (groups.stream().anyMatch(group -> group.change() != 0)
              ? " Within, " + named(groups, change, amount) + "."
              : "");
    }
    String share =
        before == 0
            ? ""
            : String.format(Locale.ROOT, " (%+.0f %%)", 100.0 * change / Math.abs((double) before));
    return measure
        + (change > 0 ? " rose by " : " fell by ")
        + amount.of(Math.abs((double) change))
        + share
        + ", from "
        + amount.of((double) before)
        + " to "
        + amount.of((double) after)
        + ". "
        + named(groups, change, amount)
        + ".";
  }

  /** The few that account for most of a change, with their largest part. */
  private static String named(List<Contribution> groups, long change, Note.AmountText amount) {
    List<String> told = new ArrayList<>();
    double explained = 0;
    for (Contribution group : groups) {
      boolean along = change == 0 || Long.signum(group.change()) == Long.signum(change);
      boolean enough = change != 0 && explained >= MOST_OF_IT * Math.abs((double) change);
      if (told.size() == MOST_NAMES || enough || group.change() == 0) {
        break;
      }
      told.add(group.name() + " " + signed(group.change(), amount) + mainPart(group, amount));
      explained += along ? Math.abs((double) group.change()) : -Math.abs((double) group.change());
    }
    return String.join("; ", told);
  }

  private static String mainPart(Contribution group, Note.AmountText amount) {
    if (group.parts().size() < 2) {
      return "";
    }
    Contribution part = group.parts().get(0);
    return " (mostly " + part.name() + ", " + signed(part.change(), amount) + ")";
  }

  private static String signed(long change, Note.AmountText amount) {
    return (change < 0 ? "−" : "+") + amount.of(Math.abs((double) change));
  }
}

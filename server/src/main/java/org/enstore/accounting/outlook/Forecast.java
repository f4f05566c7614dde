package org.enstore.accounting.outlook;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** What the next values of a series are expected to be. Steps count from 0. */
public final class Forecast {
  private final double[] expected;
  private final double[][] lower;
  private final double[][] upper;
  private final List<ModelShare> models;
  private final Skill skill;
  private final List<Note> notes;

  Forecast(
      double[] expected,
      double[][] lower,
      double[][] upper,
      List<ModelShare> models,
      Skill skill,
      List<Note> notes) {
    this.expected = expected;
    this.lower = lower;
    this.upper = upper;
    this.models =
        models.stream()
            .sorted(Comparator.comparingDouble(ModelShare::share).reversed())
            .collect(Collectors.toUnmodifiableList());
    this.skill = skill;
    this.notes = List.copyOf(notes);
  }

  /** How many steps; 0 if the history is too short, which a note then says. */
  public int horizon() {
    return expected.length;
  }

  public double expected(int step) {
    return expected[step];
  }

  /** The lower edge of a band, at most what is expected. */
  public double lower(Band band, int step) {
    return lower[band.place()][step];
  }

  /** The upper edge of a band, at least what is expected. */
  public double upper(Band band, int step) {
    return upper[band.place()][step];
  }

  /** The methods it is mixed of, the largest share first; of a sum of groups, none. */
  public List<ModelShare> models() {
    return models;
  }

  public Skill skill() {
    return skill;
  }

  public List<Note> notes() {
    return notes;
  }

  /** By which methods, the largest share first. */
  public String methods() {
    return models.isEmpty()
        ? "the sum of its groups' forecasts"
        : models.stream()
            .map(
                model ->
                    String.format(Locale.ROOT, "%s (%.0f %%)", model.words(), 100 * model.share()))
            .collect(Collectors.joining(", "));
  }

  /**
   * One sentence: by which methods, and how good they were; {@code nameOfBucket} gives a bucket's
   * date.
   */
  public String words(IntFunction<String> nameOfBucket) {
    if (horizon() == 0) {
      return "No forecast.";
    }
    String quality =
        skill.origins() == 0
            ? "how good it is cannot be told yet"
            : String.format(
                Locale.ROOT,
                "over %d past moments from %s to %s its error was %.2f times that of the last"
                    + " season again",
                skill.origins(),
                nameOfBucket.apply(skill.firstOrigin()),
                nameOfBucket.apply(skill.lastOrigin()),
                1 - skill.saved());
    return "Forecast by " + methods() + "; " + quality + ".";
  }
}

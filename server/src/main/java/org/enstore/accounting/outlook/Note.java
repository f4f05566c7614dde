package org.enstore.accounting.outlook;

import java.util.Locale;
import java.util.function.IntFunction;

/**
 * What a reader of a result should know about its data.
 *
 * @param kind what it is
 * @param bucket the bucket that it is about, as an index into the values given
 * @param before a figure that goes with it, see {@link Kind}
 * @param after another one
 */
public record Note(Kind kind, int bucket, double before, double after) {
  /** What there is to be said. */
  public enum Kind {
    /** No result: {@code before} values are known, {@code after} are needed. */
    TOO_SHORT,
    /** Fewer than two long seasons are known, so last year plays no part. */
    NO_LONG_SEASON,
    /** {@code before} values within the history were missing and were filled for the models. */
    GAPS,
    /** Nothing but zeros since {@code bucket}; the level was {@code before}. */
    SHUTDOWN,
    /** The level changed at {@code bucket} from {@code before} to {@code after} for each bucket. */
    LEVEL_CHANGED,
    /** No mixture was better in the past than the last season again. */
    NAIVE_IS_BEST,
    /**
     * From the step {@code bucket} on, past errors are too few, and the band grows with the root of
     * the distance.
     */
    BAND_BEYOND_HISTORY,
    /** All values are the same. */
    CONSTANT
  }

  static Note of(Kind kind) {
    return new Note(kind, 0, 0, 0);
  }

  /** The sentence; {@code nameOfBucket} gives a bucket's date and {@code amount} a value's text. */
  public String words(IntFunction<String> nameOfBucket, AmountText amount) {
    return switch (kind) {
      case TOO_SHORT ->
          String.format(
              Locale.ROOT,
              "The history is too short to say anything: %.0f values are known and %.0f are needed.",
              before,
              after);
      case NO_LONG_SEASON ->
          "There are not two years of history yet, so last year's course plays no part.";
      case GAPS ->
          String.format(
              Locale.ROOT,
              "%.0f missing values were taken to be like the season before; they do not count in the"
                  + " error.",
              before);
      case SHUTDOWN ->
          "There is nothing since "
              + nameOfBucket.apply(bucket)
              + ", where "
              + amount.of(before)
              + " was usual; the forecast is that this goes on.";
      case LEVEL_CHANGED ->
          "The level changed on "
              + nameOfBucket.apply(bucket)
              + " from "
              + amount.of(before)
              + " to "
              + amount.of(after)
              + "; what came before has no say in the choice of the method.";
      case NAIVE_IS_BEST -> "No method was better in the past than the last season again.";
      case BAND_BEYOND_HISTORY ->
          "From step "
              + bucket
              + " on the past has too few errors at that distance; the band grows with its root.";
      case CONSTANT -> "The value has never changed, so there is nothing to estimate a band from.";
    };
  }

  /** Writes a value with its unit. */
  @FunctionalInterface
  public interface AmountText {
    String of(double value);
  }
}

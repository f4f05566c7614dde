package org.enstore.accounting.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dataset.Defaults;
import org.enstore.accounting.catalog.Dataset.Layout;
import org.enstore.accounting.catalog.Formula.Largest;
import org.enstore.accounting.catalog.Formula.Ratio;
import org.enstore.accounting.catalog.Formula.Total;

/**
 * The jobs that {@code ecron} runs, booked when they began. A job whose end could not be recorded
 * stays open for ever.
 */
public final class Jobs {
  public static final Quantity RUNS = new Quantity("jobRuns", Combination.SUM);
  public static final Quantity FAILURES = new Quantity("jobFailures", Combination.SUM);
  public static final Quantity OPEN = new Quantity("jobsOpen", Combination.SUM);
  public static final Quantity ENDED = new Quantity("jobsEnded", Combination.SUM);
  public static final Quantity MICROS = new Quantity("jobMicros", Combination.SUM);
  public static final Quantity MICROS_MAX = new Quantity("jobMicrosMax", Combination.MAXIMUM);

  /** One row for each run of a job. */
  public static final SourceTable FACTS =
      SourceTable.ofFacts("event", new Naming(Map.of(), Map.of()));

  /** Everything that may be asked of them. */
  public static final Dataset DATASET =
      new Dataset(
          "jobs",
          "runs of jobs",
          Database.ACCOUNTING,
          FACTS,
          List.of(),
          List.of(Dimensions.JOB, Dimensions.NODE),
          List.of(
              new Measure(
                  "jobDuration",
                  "Job duration",
                  "Mean time that the runs took, by when they began",
                  Kind.LATENCY,
                  new Ratio(MICROS, ENDED, 1)),
              new Measure(
                  "jobDurationMax",
                  "Job duration, longest",
                  "The longest run of each step",
                  Kind.LATENCY,
                  new Largest(MICROS_MAX)),
              new Measure(
                  "jobRuns",
                  "Job runs",
                  "Number of runs that began in each step",
                  Kind.COUNT,
                  new Total(RUNS)),
              new Measure(
                  "jobFailures",
                  "Job failures",
                  "Number of runs that ended with a status other than 0",
                  Kind.COUNT,
                  new Total(FAILURES)),
              new Measure(
                  "jobsOpen",
                  "Jobs without an end",
                  "Number of runs that have not ended, or whose end could not be recorded",
                  Kind.COUNT,
                  new Total(OPEN))),
          new Layout(
              List.of(Dimensions.JOB),
              List.of(),
              List.of(),
              List.of(RUNS, FAILURES, OPEN, ENDED, MICROS, MICROS_MAX),
              RUNS),
          new Defaults(Dimensions.JOB, Optional.empty(), Optional.empty()));

  private Jobs() {}
}

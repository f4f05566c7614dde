package org.enstore.accounting.series;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.enstore.accounting.catalog.Database;

/** Runs what may block. Thread-safe. */
@FunctionalInterface
public interface Questions {
  /** No work is taken now, for a reason that the asker should be told. */
  final class Refused extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    /** With a sentence for the asker. */
    public Refused(String sentence) {
      super(sentence);
    }
  }

  /**
   * Runs {@code work} some time, unless it is cancelled before it has begun.
   *
   * @param owner on whose account, such as a data source
   * @throws RejectedExecutionException when there is no room
   */
  void execute(Object owner, Runnable work, Cancellation cancellation);

  /**
   * On whose account questions about {@code database} of {@code source} run: one that hangs leaves
   * room for the others.
   */
  static Object owner(Object source, Database database) {
    return database == Database.ACCOUNTING ? source : List.of(source, database);
  }
}

package org.enstore.accounting.series;

import org.jspecify.annotations.Nullable;

/**
 * A question that could not be answered. The message is the sentence its reader needs: what failed,
 * where, what to do next. It never holds a secret.
 */
public final class QueryFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final FailureKind kind;

  public QueryFailure(FailureKind kind, String sentence) {
    this(kind, sentence, null);
  }

  public QueryFailure(FailureKind kind, String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.kind = kind;
  }

  public FailureKind kind() {
    return kind;
  }

  /** The sentence for the person who asked. */
  public String sentence() {
    return String.valueOf(getMessage());
  }
}

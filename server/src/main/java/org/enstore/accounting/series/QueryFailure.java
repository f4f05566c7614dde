package org.enstore.accounting.series;

import java.util.List;
import java.util.stream.Collectors;
import org.enstore.accounting.config.Complaint;
import org.jspecify.annotations.Nullable;

/**
 * A question that could not be answered. The message is the sentence its reader needs: what failed,
 * where, what to do next. It never holds a secret.
 */
public final class QueryFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Beyond these, a reader is told how many more there are. */
  private static final int MOST_SENTENCES = 20;

  private final FailureKind kind;

  @SuppressWarnings("serial") // An immutable list of records, and never serialised.
  private final List<Complaint> complaints;

  public QueryFailure(FailureKind kind, String sentence) {
    this(kind, sentence, null);
  }

  public QueryFailure(FailureKind kind, String sentence, @Nullable Throwable cause) {
    this(kind, sentence, cause, List.of());
  }

  private QueryFailure(
      FailureKind kind, String sentence, @Nullable Throwable cause, List<Complaint> complaints) {
    super(sentence, cause);
    this.kind = kind;
    this.complaints = List.copyOf(complaints);
  }

  /** A bad query, with everything that is wrong with it. */
  public static QueryFailure of(List<Complaint> complaints) {
    return new QueryFailure(
        FailureKind.BAD_QUERY,
        complaints.stream()
                .limit(MOST_SENTENCES)
                .map(Complaint::sentence)
                .collect(Collectors.joining(" "))
            + (complaints.size() > MOST_SENTENCES
                ? " And " + (complaints.size() - MOST_SENTENCES) + " more."
                : ""),
        null,
        complaints);
  }

  public FailureKind kind() {
    return kind;
  }

  /** The sentence for the person who asked. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  /** What is wrong with a bad query, field by field, as far as fields are to blame. */
  public List<Complaint> complaints() {
    return complaints;
  }
}

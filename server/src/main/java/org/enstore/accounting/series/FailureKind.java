package org.enstore.accounting.series;

/** Why a question could not be answered: who has to act, and how an edge reports it. */
public enum FailureKind {
  /** The question itself is wrong: unknown field, reversed range, contradictory options. */
  BAD_QUERY,
  /** The answer would be larger than the limits allow. */
  TOO_LARGE,
  /** A setting is missing or wrong. */
  NOT_CONFIGURED,
  /** The database refuses the user, its password or certificate. */
  UNAUTHENTICATED,
  /** The database user lacks a privilege. */
  ACCESS_DENIED,
  /** A table or column that the question needs is not there. */
  SCHEMA_MISMATCH,
  /** The database answered a statement with an error that has no kind of its own. */
  DATABASE_ERROR,
  /** No host can be reached, or none that may be read. */
  STANDBY_UNAVAILABLE,
  /** Replay on the standby cancelled the query, the retry included. */
  RECOVERY_CONFLICT,
  /** The statement or the caller ran out of time. */
  TIMEOUT,
  /** Our own limits refused more work for now. */
  OVERLOADED,
  /** The caller went away. */
  CANCELLED,
  /** A defect of this program. */
  BUG
}

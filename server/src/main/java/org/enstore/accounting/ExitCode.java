package org.enstore.accounting;

/** What the process tells the one who started it when it ends. */
final class ExitCode {
  /** Done as asked. */
  static final int DONE = 0;

  /** It could not be done, or ended before it was. */
  static final int FAILED = 1;

  /** The arguments or the settings of the process are wrong. */
  static final int USAGE = 2;

  private ExitCode() {}
}

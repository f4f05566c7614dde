package org.enstore.accounting.cli;

/** What the process tells the one who started it when it ends. */
public final class ExitCode {
  /** Done as asked. */
  public static final int DONE = 0;

  /** It could not be done, or ended before it was. */
  public static final int FAILED = 1;

  /** The arguments, the environment or the settings of the process are wrong. */
  public static final int USAGE = 2;

  /** Nothing answered, or not in time: trying again later may help. */
  public static final int UNREACHABLE = 3;

  /** The service or the database refused the credentials, or asked for some. */
  public static final int REFUSED = 4;

  /** Everything answers, but the numbers are older than they may be, or a part cannot be read. */
  public static final int STALE = 5;

  /** With {@code --strict}: the answer is there, and carries a warning. */
  public static final int WARNED = 6;

  /** A part of the program could not be loaded; to be started anew. */
  public static final int BROKEN = 70;

  /** The heap was full and could not be freed; to be started anew. */
  public static final int NO_MEMORY = 71;

  /** Ended by Ctrl-C, as a shell counts it. */
  public static final int INTERRUPTED = 130;

  /** Whoever read the output has gone, as a shell counts it. */
  public static final int BROKEN_PIPE = 141;

  private ExitCode() {}
}

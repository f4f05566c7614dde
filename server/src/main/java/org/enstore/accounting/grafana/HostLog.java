package org.enstore.accounting.grafana;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * Writes the log the way Grafana's host reads it: one line of JSON for each record. Everything that
 * goes through {@code java.util.logging}, and with it SLF4J, arrives here.
 *
 * <p>A thread of its own writes the lines, so that a host that stops reading cannot stop us. When
 * too many lines wait, further ones are dropped and counted, and the count is logged once there is
 * room again. All methods may be called from any thread.
 */
public final class HostLog extends Handler {
  /** The environment variable that holds the level; Grafana sets it from its own settings. */
  public static final String LEVEL_VARIABLE = "GF_PLUGIN_LOG_LEVEL";

  static final int WAITING_LINES = 512;
  private static final long FLUSH_MILLIS = 1000;

  private final OutputStream out;
  private final BlockingQueue<Line> waiting = new ArrayBlockingQueue<>(WAITING_LINES);
  private final AtomicLong dropped = new AtomicLong();

  /** Logger settings last as long as somebody holds the logger. */
  private final List<Logger> held = new ArrayList<>();

  private HostLog(OutputStream out) {
    this.out = out;
  }

  /**
   * Makes the host's log the only one: replaces the handlers of the root logger and sets the
   * levels.
   *
   * <p>Libraries are held back to their warnings, at {@code debug} and {@code trace} to what they
   * call info: below that some of them write requests and statements, secrets included.
   *
   * @param out where to write, unbuffered; not closed
   * @param level {@code trace}, {@code debug}, {@code info}, {@code warn} or {@code error}, empty
   *     for {@code info}. Anything else is info too, and complained about: whoever refuses a bad
   *     setting needs a log to say so.
   */
  public static HostLog install(OutputStream out, String level) {
    HostLog log = to(out);
    Optional<Severity> asked = Severity.of(level);
    Severity severity = asked.orElse(Severity.INFO);
    Logger root = LogManager.getLogManager().getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.addHandler(log);
    root.setLevel(severity.own());
    log.held.add(root);
    for (String library : HostLogLine.LIBRARIES) {
      Logger logger = Logger.getLogger(library);
      logger.setLevel(severity.libraries());
      log.held.add(logger);
    }
    if (asked.isEmpty() && !level.isBlank()) {
      log.publish(
          record(
              "log level unknown, using info setting=%s value=%s permitted=%s"
                  .formatted(LEVEL_VARIABLE, level, Severity.permitted())));
    }
    return log;
  }

  /** A log that writes to {@code out} and is not yet in use. */
  static HostLog to(OutputStream out) {
    HostLog log = new HostLog(out);
    Thread writer = new Thread(log::write, "host-log");
    writer.setDaemon(true);
    writer.start();
    return log;
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    byte[] line;
    try {
      line = HostLogLine.of(record);
    } catch (RuntimeException e) {
      // A record whose parameters cannot be rendered must not hurt the one who logs it.
      reportError(null, e, ErrorManager.FORMAT_FAILURE);
      return;
    }
    if (!waiting.offer(new Line(line, new CountDownLatch(1)))) {
      dropped.incrementAndGet();
    }
  }

  /** Waits until what was logged so far is written, but no longer than a second. */
  @Override
  public void flush() {
    Line last = new Line(new byte[0], new CountDownLatch(1));
    try {
      if (waiting.offer(last, FLUSH_MILLIS / 2, TimeUnit.MILLISECONDS)) {
        boolean ignored = last.written.await(FLUSH_MILLIS / 2, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException ignored) {
      Thread.currentThread().interrupt();
    }
  }

  /** Flushes. What is logged afterwards is still written, if there is time. */
  @Override
  public void close() {
    flush();
  }

  private void write() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Line line = waiting.take();
        write(line);
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
          out.write(HostLogLine.of(record("log lines dropped count=" + lost)));
        }
      } catch (InterruptedException ignored) {
        Thread.currentThread().interrupt();
      } catch (IOException ignored) {
        // The host is gone or has closed the pipe: there is nobody left to tell.
      }
    }
  }

  private void write(Line line) throws IOException {
    try {
      out.write(line.bytes);
      out.flush();
    } finally {
      line.written.countDown();
    }
  }

  private static LogRecord record(String message) {
    LogRecord record = new LogRecord(Level.WARNING, message);
    record.setLoggerName(HostLog.class.getName());
    return record;
  }

  private static final class Line {
    final byte[] bytes;
    final CountDownLatch written;

    Line(byte[] bytes, CountDownLatch written) {
      this.bytes = bytes;
      this.written = written;
    }
  }

  /** The host's levels, and what each lets through of ours and of the libraries. */
  private enum Severity {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR;

    /** The least that is logged of our own. */
    Level own() {
      return switch (this) {
        case TRACE -> Level.FINEST;
        case DEBUG -> Level.FINE;
        case INFO -> Level.INFO;
        case WARN -> Level.WARNING;
        case ERROR -> Level.SEVERE;
      };
    }

    /** The least that is logged of the libraries'. */
    Level libraries() {
      return switch (this) {
        case TRACE, DEBUG -> Level.INFO;
        case INFO, WARN -> Level.WARNING;
        case ERROR -> Level.SEVERE;
      };
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Severity> of(String text) {
      return Arrays.stream(values())
          .filter(severity -> severity.text().equalsIgnoreCase(text.strip()))
          .findFirst();
    }

    static String permitted() {
      return Arrays.stream(values()).map(Severity::text).collect(Collectors.joining("|"));
    }
  }
}

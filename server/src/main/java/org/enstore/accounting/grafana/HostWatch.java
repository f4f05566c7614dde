package org.enstore.accounting.grafana;

import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the host has died without saying so, which would leave this process behind for ever.
 * The end of the host's connection is the quickest sign, but no proof, as hosts may reconnect: the
 * proof is that this process has another parent than at its start.
 */
public final class HostWatch extends ServerTransportFilter {
  private static final Logger logger = LoggerFactory.getLogger(HostWatch.class);

  /** When to look after a connection ended: sockets are closed before children are handed on. */
  private static final long[] LOOK_AFTER_MILLIS = {20, 200, 2000};

  private final ScheduledExecutorService timer;
  private final Runnable end;
  private final OptionalLong parent;
  private final AtomicBoolean gone = new AtomicBoolean();

  /**
   * A watch over this process's parent.
   *
   * @param end starts the end of the process and returns at once; run once
   */
  public HostWatch(ScheduledExecutorService timer, Runnable end) {
    this.timer = timer;
    this.end = end;
    this.parent = parent();
  }

  /** Begins to wait for the parent's exit too. Without a visible parent it watches nothing. */
  public void start() {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            handle -> {
              Future<?> unused = handle.onExit().thenRun(this::look);
            });
  }

  @Override
  public void transportTerminated(Attributes attributes) {
    for (long delayMillis : LOOK_AFTER_MILLIS) {
      if (!timer.isShutdown()) {
        Future<?> unused = timer.schedule(this::look, delayMillis, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void look() {
    if (parent.isPresent() && !parent.equals(parent()) && gone.compareAndSet(false, true)) {
      logger.warn("host is gone: pid={}; ending", parent.getAsLong());
      end.run();
    }
  }

  private static OptionalLong parent() {
    Optional<ProcessHandle> parent = ProcessHandle.current().parent();
    return parent.isPresent() ? OptionalLong.of(parent.get().pid()) : OptionalLong.empty();
  }
}

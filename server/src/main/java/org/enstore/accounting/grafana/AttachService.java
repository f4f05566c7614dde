package org.enstore.accounting.grafana;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.enstore.accounting.proto.attach.v1.AttachRequest;
import org.enstore.accounting.proto.attach.v1.AttachResponse;
import org.enstore.accounting.proto.attach.v1.AttachServiceGrpc;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each process that attaches to this daemon a door of its own: a server beside the daemon's,
 * for the one host that started the process. A host's order to end comes through its door, and so
 * reaches the process that it is meant for. Thread-safe.
 */
public final class AttachService extends AttachServiceGrpc.AttachServiceImplBase
    implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(AttachService.class);

  /** More than one machine has Grafanas; what is beyond leaks. */
  static final int MOST_DOORS = 64;

  private static final long CLOSE_WAIT_MILLIS = 1000;

  /** Makes doors. */
  @FunctionalInterface
  public interface Doors {
    /**
     * A server that does not listen yet.
     *
     * @param end to be run when the host asks its plugin to end; returns at once
     */
    PluginServer at(SocketAddress address, Runnable end);
  }

  private final SocketAddress daemon;
  private final Doors doors;
  private final ExecutorService threads;
  private final Map<Integer, Door> open = new TreeMap<>(); // By number; guarded by this.
  private boolean closed; // Guarded by this.

  /**
   * The service of a daemon.
   *
   * @param daemon where the daemon listens; doors are beside it
   * @param threads opens and closes doors, which takes a moment; closed with the service
   */
  public AttachService(SocketAddress daemon, Doors doors, ExecutorService threads) {
    this.daemon = daemon;
    this.doors = doors;
    this.threads = threads;
  }

  @Override
  public void attach(AttachRequest request, StreamObserver<AttachResponse> reply) {
    ServerCallStreamObserver<AttachResponse> call =
        (ServerCallStreamObserver<AttachResponse>) reply;
    Door door;
    synchronized (this) {
      if (closed) {
        call.onError(ending());
        return;
      }
      int number = 1;
      while (open.containsKey(number)) {
        number++;
      }
      if (number > MOST_DOORS) {
        call.onError(
            Status.RESOURCE_EXHAUSTED
                .withDescription(MOST_DOORS + " processes are attached already")
                .asRuntimeException());
        return;
      }
      door = new Door(number, call);
      open.put(number, door);
      call.setOnCancelHandler(() -> door.leave(gone -> {}));
      threads.execute(door::open);
    }
  }

  /** How many processes are attached. */
  public synchronized int attached() {
    return open.size();
  }

  /** Ends every attached process, and refuses further ones. */
  @Override
  public void close() {
    Collection<Door> last;
    synchronized (this) {
      closed = true;
      last = new ArrayList<>(open.values());
    }
    last.forEach(door -> door.leave(call -> call.onError(ending())));
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static RuntimeException ending() {
    return Status.UNAVAILABLE.withDescription("the daemon is ending").asRuntimeException();
  }

  /** A free port of the daemon's address, or a socket beside the daemon's. */
  private SocketAddress address(int number) {
    if (daemon instanceof UnixDomainSocketAddress socket) {
      Path path = socket.getPath();
      return UnixDomainSocketAddress.of(path.resolveSibling(path.getFileName() + "." + number));
    }
    return new InetSocketAddress(((InetSocketAddress) daemon).getAddress(), 0);
  }

  private synchronized void forget(int number) {
    open.remove(number);
  }

  /** The door of one host. */
  private final class Door {
    private final int number;
    private final StreamObserver<AttachResponse> call;
    private @Nullable PluginServer server; // Guarded by this.
    private boolean left; // Guarded by this.

    Door(int number, StreamObserver<AttachResponse> call) {
      this.number = number;
      this.call = call;
    }

    synchronized void open() {
      if (left) {
        return;
      }
      PluginServer opened = doors.at(address(number), () -> leave(StreamObserver::onCompleted));
      server = opened;
      try {
        opened.start();
        call.onNext(
            AttachResponse.newBuilder()
                .setNetwork(Handshake.network(opened.address()))
                .setAddress(Handshake.dialled(opened.address()))
                .build());
        logger.info("process attached: address={}", opened.address());
      } catch (IOException e) {
        logger.error("process cannot attach: address={}", address(number), e);
        leave(
            gone ->
                gone.onError(
                    Status.INTERNAL
                        .withDescription("the daemon cannot open a door: " + e.getMessage())
                        .asRuntimeException()));
      }
    }

    /** Says {@code last} to the attached process, and closes its door. The first word counts. */
    void leave(Consumer<StreamObserver<AttachResponse>> last) {
      synchronized (this) {
        if (left) {
          return;
        }
        left = true;
        last.accept(call);
      }
      threads.execute(this::shut);
    }

    private void shut() {
      PluginServer opened;
      synchronized (this) {
        opened = server;
      }
      if (opened != null) {
        opened.close();
        logger.info("process no longer attached: number={}", number);
      }
      forget(number);
    }
  }
}

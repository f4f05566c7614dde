package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.enstore.accounting.proto.attach.v1.AttachRequest;
import org.enstore.accounting.proto.attach.v1.AttachResponse;
import org.enstore.accounting.proto.attach.v1.AttachServiceGrpc;
import org.enstore.accounting.proto.goplugin.Empty;
import org.enstore.accounting.proto.goplugin.GRPCControllerGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachServiceTest {
  @TempDir private Path folder;

  @Test
  void hostsOrder_endsItsOwnProcessAlone() throws Exception {
    try (Daemon daemon = new Daemon(folder)) {
      Iterator<AttachResponse> first = daemon.attach();
      Iterator<AttachResponse> second = daemon.attach();
      AttachResponse firstDoor = first.next();
      AttachResponse secondDoor = second.next();
      assertThat(firstDoor.getNetwork()).isEqualTo("unix");
      assertThat(firstDoor.getAddress()).isNotEqualTo(secondDoor.getAddress());

      daemon.shutDown(firstDoor);

      assertThat(first.hasNext()).as("an end in good order").isFalse();
      daemon.awaitAttached(1);
      assertThat(Path.of(firstDoor.getAddress())).doesNotExist();
      daemon.shutDown(secondDoor);
      assertThat(second.hasNext()).isFalse();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void processThatDies_leavesNoDoor() throws Exception {
    try (Daemon daemon = new Daemon(folder)) {
      ManagedChannel mortal = daemon.channel(daemon.address);
      AttachResponse door =
          AttachServiceGrpc.newBlockingStub(mortal)
              .attach(AttachRequest.getDefaultInstance())
              .next();
      assertThat(Path.of(door.getAddress())).exists();

      mortal.shutdownNow();

      daemon.awaitAttached(0);
      assertThat(Path.of(door.getAddress())).doesNotExist();
    }
  }

  @Test
  void daemonsEnd_isTold() throws Exception {
    Iterator<AttachResponse> call;
    Daemon daemon = new Daemon(folder);
    try (daemon) {
      call = daemon.attach();
      call.next();
      daemon.service.close();
      StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call::hasNext);
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      Iterator<AttachResponse> late = daemon.attach();
      e = catchThrowableOfType(StatusRuntimeException.class, late::hasNext);
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void doors_areBounded() throws Exception {
    try (Daemon daemon = new Daemon(folder)) {
      for (int i = 0; i < AttachService.MOST_DOORS; i++) {
        daemon.attach().next();
      }
      Iterator<AttachResponse> further = daemon.attach();
      StatusRuntimeException e =
          catchThrowableOfType(StatusRuntimeException.class, further::hasNext);
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(daemon.service.attached()).isEqualTo(AttachService.MOST_DOORS);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void sockets_areSetUpWithoutAWarning() throws Exception {
    List<String> said = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger("io.grpc.netty.shaded.io.netty.bootstrap");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try (Daemon daemon = new Daemon(folder)) {
      daemon.shutDown(daemon.attach().next());
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(said).isEmpty();
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** A daemon on a socket that serves no more than its control. */
  private static final class Daemon implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final SocketAddress address;
    private final AttachService service;
    private final PluginServer server;

    Daemon(Path folder) throws Exception {
      address = UnixDomainSocketAddress.of(folder.resolve("plugin.sock"));
      service =
          new AttachService(
              address,
              (door, end) -> server(door, new ControllerService(end)),
              Executors.newCachedThreadPool());
      server = server(address, service);
      server.start();
    }

    private static PluginServer server(SocketAddress address, BindableService service) {
      return new PluginServer(
          address, List.of(service), List.of(), Executors.defaultThreadFactory());
    }

    ManagedChannel channel(SocketAddress to) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(to)
              .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
              .withOption(ChannelOption.SO_KEEPALIVE, null)
              .eventLoopGroup(loops)
              .usePlaintext()
              .build();
      channels.add(channel);
      return channel;
    }

    Iterator<AttachResponse> attach() {
      return AttachServiceGrpc.newBlockingStub(channel(address))
          .withDeadlineAfter(60, TimeUnit.SECONDS)
          .attach(AttachRequest.getDefaultInstance());
    }

    /** What the host does that dials {@code door}. */
    void shutDown(AttachResponse door) {
      Empty unused =
          GRPCControllerGrpc.newBlockingStub(channel(UnixDomainSocketAddress.of(door.getAddress())))
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .shutdown(Empty.getDefaultInstance());
    }

    void awaitAttached(int count) throws InterruptedException {
      long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (service.attached() != count && System.nanoTime() < limit) {
        Thread.sleep(20);
      }
      assertThat(service.attached()).isEqualTo(count);
    }

    @Override
    public void close() {
      channels.forEach(ManagedChannel::shutdownNow);
      service.close();
      server.close();
      Future<?> unused = loops.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
    }
  }
}

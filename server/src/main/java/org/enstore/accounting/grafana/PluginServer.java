package org.enstore.accounting.grafana;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC server that Grafana dials: plaintext HTTP/2 on one address. Calls begin on the
 * transport's threads, so services must hand on whatever may block.
 */
public final class PluginServer implements AutoCloseable {
  /** The address that the handshake announces; only this machine can dial it. */
  static final String LOOPBACK = "127.0.0.1";

  /** As much as the official SDK of plugins takes. */
  private static final int LARGEST_MESSAGE_BYTES = 16 << 20;

  private static final int LARGEST_METADATA_BYTES = 64 << 10;

  /** One connection is all that a host opens, and a connection has one thread. */
  private static final int TRANSPORT_THREADS = 2;

  private static final long CLOSE_WAIT_MILLIS = 300;

  private final Server server;
  private final EventLoopGroup transport;
  private final Optional<Path> socketFile;
  private volatile boolean started;
  private final HealthStatusManager health = new HealthStatusManager();

  /**
   * A server that does not listen yet.
   *
   * @param address of the loopback interface, port 0 for any that is free, or a Unix domain socket
   * @param filters are told when a host connects and goes
   */
  public PluginServer(
      SocketAddress address,
      List<BindableService> services,
      List<ServerTransportFilter> filters,
      ThreadFactory threads) {
    socketFile =
        address instanceof UnixDomainSocketAddress socket
            ? Optional.of(socket.getPath())
            : Optional.empty();
    // The JDK's own sockets: netty's native ones would unpack a library into the temp directory.
    transport =
        new MultiThreadIoEventLoopGroup(TRANSPORT_THREADS, threads, NioIoHandler.newFactory());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .channelType(
                address instanceof UnixDomainSocketAddress
                    ? NioServerDomainSocketChannel.class
                    : NioServerSocketChannel.class)
            .bossEventLoopGroup(transport)
            .workerEventLoopGroup(transport)
            .directExecutor()
            .maxInboundMessageSize(LARGEST_MESSAGE_BYTES)
            .maxInboundMetadataSize(LARGEST_METADATA_BYTES)
            .addService(health.getHealthService());
    if (socketFile.isPresent()) {
      // Such sockets have no keep-alive, and a value of null takes the library's own wish back.
      builder.withChildOption(ChannelOption.SO_KEEPALIVE, null);
    }
    services.forEach(builder::addService);
    filters.forEach(builder::addTransportFilter);
    server = builder.build();
    health.setStatus("plugin", io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING);
  }

  /** {@code port} on the address that the handshake announces. */
  public static InetSocketAddress loopback(int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /**
   * Listens.
   *
   * @throws IOException when it cannot, as when another process already does
   */
  public void start() throws IOException {
    if (socketFile.isPresent()) {
      clear(socketFile.get());
    }
    server.start();
    started = true;
    if (socketFile.isPresent()) {
      // Who may enter its folder may connect, as with a port of the loopback address.
      Files.setPosixFilePermissions(socketFile.get(), PosixFilePermissions.fromString("rw-rw-rw-"));
    }
  }

  /** Removes what a process left that ended without a word. */
  private static void clear(Path socket) throws IOException {
    if (!Files.exists(socket)) {
      return;
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      throw new IOException(
          "another process listens on " + channel.getRemoteAddress() + "; stop that one first");
    } catch (ConnectException ignored) {
      Files.delete(socket);
    }
  }

  /** Where is listened, to be dialled. */
  public SocketAddress address() {
    return server.getListenSockets().get(0);
  }

  /** Refuses new calls, gives those in flight a moment, and ends them. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    try {
      // The host's housekeeping streams never end by themselves, so this rarely succeeds.
      if (!server.awaitTermination(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    // Without a start the file is another server's.
    if (started && socketFile.isPresent()) {
      try {
        Files.deleteIfExists(socketFile.get());
      } catch (IOException ignored) {
        // The next process that listens there removes it.
      }
    }
    Future<?> unused = transport.shutdownGracefully(0, CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
  }
}

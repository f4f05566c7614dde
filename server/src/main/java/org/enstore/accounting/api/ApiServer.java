package org.enstore.accounting.api;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The gRPC server of the public service: TLS, access, limits, health and reflection. */
public final class ApiServer implements AutoCloseable {
  /** The health service's name for the service as a whole. */
  static final String SERVICE = "enstore.accounting.v1.AccountingService";

  private static final int TRANSPORT_THREADS = 2;
  private static final int LARGEST_METADATA_BYTES = 16 << 10;
  private static final int CALLS_PER_CONNECTION = 128;
  private static final long CLOSE_WAIT_MILLIS = 500;

  private final Server server;
  private final EventLoopGroup transport;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Duration drain;

  /**
   * What the server is to be.
   *
   * @param addresses where to listen, all of them; port 0 for any that is free
   * @param tls the server's certificates; empty to speak plain text, on loopback alone
   * @param messageBytes the largest request
   * @param concurrentCalls calls at a time, all callers together
   * @param callsPerSecond calls that each caller may begin in a second
   * @param drain how long calls may go on when the server ends
   */
  public record Options(
      List<InetSocketAddress> addresses,
      Optional<Tls> tls,
      int messageBytes,
      int concurrentCalls,
      int callsPerSecond,
      Duration drain) {}

  /**
   * Certificates, as PEM files.
   *
   * @param certificate the server's own, with those between it and its authority
   * @param key its key: PKCS #8, not encrypted
   * @param clientAuthority the authority of client certificates; empty to ask for none
   */
  public record Tls(Path certificate, Path key, Optional<Path> clientAuthority) {}

  /**
   * A server that does not listen yet.
   *
   * @param access the access list as it is now; empty to let everybody in
   * @throws IOException when a certificate or key cannot be used
   */
  public ApiServer(
      Options options,
      BindableService service,
      DataSources sources,
      Supplier<Optional<AccessList>> access,
      AccessLog log,
      LongSupplier nanoClock,
      ThreadFactory threads)
      throws IOException {
    drain = options.drain();
    // Read before any thread is started.
    Optional<SslContext> tls =
        options.tls().isEmpty() ? Optional.empty() : Optional.of(context(options.tls().get()));
    transport =
        new MultiThreadIoEventLoopGroup(TRANSPORT_THREADS, threads, NioIoHandler.newFactory());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(options.addresses().get(0))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(transport)
            .workerEventLoopGroup(transport)
            .directExecutor()
            .maxInboundMessageSize(options.messageBytes())
            .maxInboundMetadataSize(LARGEST_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
            // A peer that is gone without a word is noticed within a minute and a half.
            .keepAliveTime(1, TimeUnit.MINUTES)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .permitKeepAliveTime(20, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    options.addresses().stream().skip(1).forEach(builder::addListenAddress);
    tls.ifPresent(builder::sslContext);
    Limits limits = new Limits(options.concurrentCalls(), options.callsPerSecond(), nanoClock);
    Access check = new Access(access, sources);
    // The one that is named last sees a call first.
    for (BindableService each :
        List.of(service, health.getHealthService(), ProtoReflectionServiceV1.newInstance())) {
      builder.addService(Unreadable.before(ServerInterceptors.intercept(each, limits, check), log));
    }
    server = builder.build();
    health.setStatus(SERVICE, ServingStatus.SERVING);
  }

  private static SslContext context(Tls tls) throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile());
    tls.clientAuthority()
        .ifPresent(
            authority -> builder.trustManager(authority.toFile()).clientAuth(ClientAuth.OPTIONAL));
    // The JDK's own TLS: netty's would unpack a library into the temporary directory.
    return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
  }

  /** Listens. */
  public void start() throws IOException {
    server.start();
  }

  /** The port that is listened on; of the first address. */
  public int port() {
    return server.getPort();
  }

  /** Tells the health service whether the data source called {@code name} can be read. */
  public void healthOf(String name, boolean well) {
    health.setStatus(name, well ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** Refuses new calls, lets those in flight end for a while, and ends the rest. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    Future<?> unused = transport.shutdownGracefully(0, CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
  }
}

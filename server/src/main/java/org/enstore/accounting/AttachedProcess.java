package org.enstore.accounting;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Iterator;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.grafana.Handshake;
import org.enstore.accounting.grafana.HostWatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a process under Grafana that only shows the host to a daemon of this machine, whose
 * cache several hosts share. It ends with the daemon, so that the host starts it anew.
 */
final class AttachedProcess {
  private static final Logger logger = LoggerFactory.getLogger(AttachedProcess.class);

  /** What the daemon's health service calls its plugin services. */
  private static final String PLUGIN = "plugin";

  private AttachedProcess() {}

  /**
   * Announces the daemon at {@code address} and stays for as long as it is there; returns the exit
   * code.
   */
  static int run(Handshake handshake, SocketAddress address) {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    MultiThreadIoEventLoopGroup threads =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address)
            .channelType(
                address instanceof UnixDomainSocketAddress
                    ? NioDomainSocketChannel.class
                    : NioSocketChannel.class,
                address.getClass())
            .eventLoopGroup(threads)
            .directExecutor()
            .usePlaintext()
            .build();
    try {
      // The health watch lasts as long as the daemon's connection does.
      Iterator<HealthCheckResponse> health =
          HealthGrpc.newBlockingStub(channel)
              .watch(HealthCheckRequest.newBuilder().setService(PLUGIN).build());
      if (health.next().getStatus() != ServingStatus.SERVING) {
        logger.error(
            "plugin cannot attach: what answers is no daemon of this plugin address={}", address);
        return ExitCode.FAILED;
      }
      handshake.announce(address);
      logger.info(
          "plugin attached to the running daemon, and has no engine of its own: address={}",
          address);
      // A host that dies without a word would leave this process behind.
      new HostWatch(timer, () -> Runtime.getRuntime().halt(ExitCode.DONE)).start();
      while (health.hasNext() && health.next().getStatus() == ServingStatus.SERVING) {
        logger.debug("daemon is well: address={}", address);
      }
      logger.warn("daemon is ending, and so does this process: address={}", address);
      return ExitCode.FAILED;
    } catch (StatusRuntimeException e) {
      logger.error(
          "plugin's daemon is not there; start it, or remove \"attach\" from the plugin's section"
              + " of grafana.ini: address={} status={}",
          address,
          e.getStatus().getCode());
      return ExitCode.FAILED;
    } finally {
      channel.shutdownNow();
      Future<?> unused = threads.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
      timer.shutdownNow();
    }
  }
}

package org.enstore.accounting;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
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
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.grafana.Handshake;
import org.enstore.accounting.grafana.HostWatch;
import org.enstore.accounting.proto.attach.v1.AttachRequest;
import org.enstore.accounting.proto.attach.v1.AttachResponse;
import org.enstore.accounting.proto.attach.v1.AttachServiceGrpc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a process under Grafana that only shows the host to a daemon of this machine, whose
 * cache several hosts share. It ends when the host asks, and with the daemon, so that the host
 * starts it anew.
 */
final class AttachedProcess {
  private static final Logger logger = LoggerFactory.getLogger(AttachedProcess.class);

  private AttachedProcess() {}

  /**
   * Announces the door that the daemon at {@code address} opens, and stays until the host asks for
   * the end or the daemon is gone; returns the exit code.
   */
  static int run(Handshake handshake, SocketAddress address) {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    MultiThreadIoEventLoopGroup threads =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ManagedChannel channel = channel(address, threads);
    boolean attached = false;
    try {
      // The call lasts as long as the daemon's door is open.
      Iterator<AttachResponse> call =
          AttachServiceGrpc.newBlockingStub(channel).attach(AttachRequest.getDefaultInstance());
      AttachResponse door = call.next();
      attached = true;
      handshake.announce(door.getNetwork(), door.getAddress());
      logger.info(
          "plugin attached to the running daemon, and has no engine of its own: address={} door={}",
          address,
          door.getAddress());
      // A host that dies without a word would leave this process behind.
      new HostWatch(timer, () -> Runtime.getRuntime().halt(ExitCode.DONE)).start();
      while (call.hasNext()) {
        logger.debug("daemon says more than this process knows of: {}", call.next());
      }
      logger.info("host asked for the end, and the daemon goes on: address={}", address);
      return ExitCode.DONE;
    } catch (StatusRuntimeException e) {
      if (attached) {
        logger.warn("daemon is gone, and so ends this process: address={}", address);
      } else {
        logger.error(
            "plugin cannot attach to a daemon; start it in this version, or remove \"attach\" from"
                + " the plugin's section of grafana.ini: address={} status={}",
            address,
            e.getStatus());
      }
      return ExitCode.FAILED;
    } finally {
      channel.shutdownNow();
      Future<?> unused = threads.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
      timer.shutdownNow();
    }
  }

  private static ManagedChannel channel(
      SocketAddress address, MultiThreadIoEventLoopGroup threads) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address)
            .eventLoopGroup(threads)
            .directExecutor()
            .usePlaintext();
    if (address instanceof UnixDomainSocketAddress) {
      // Such sockets have no keep-alive, and a value of null takes the library's own wish back.
      builder
          .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
          .withOption(ChannelOption.SO_KEEPALIVE, null);
    } else {
      builder.channelType(NioSocketChannel.class);
    }
    return builder.build();
  }
}

package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.enstore.accounting.proto.goplugin.ConnInfo;
import org.enstore.accounting.proto.goplugin.GRPCBrokerGrpc;
import org.enstore.accounting.proto.goplugin.GRPCControllerGrpc;
import org.enstore.accounting.proto.goplugin.GRPCStdioGrpc;
import org.enstore.accounting.proto.goplugin.StdioData;
import org.jspecify.annotations.Nullable;

/**
 * The packaged plugin in a process of its own, and Grafana's part towards it: starts the launcher
 * with nothing in its environment but what is given, reads the handshake, dials as go-plugin does,
 * and ends it as Grafana does.
 */
public final class HostedPlugin implements AutoCloseable {
  /** How long a host waits for the handshake. */
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  /** For Unix sockets, which the library's own threads may not be made for. */
  private static final EventLoopGroup SOCKETS =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("sockets", true), NioIoHandler.newFactory());

  private static final String COOKIE = "grafana_plugin_type";

  private final Process process;
  private final BlockingQueue<String> standardOutput = new LinkedBlockingQueue<>();
  private final List<byte[]> standardError = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> readers = new ArrayList<>();
  private @Nullable ManagedChannel channel;
  private @Nullable StreamObserver<ConnInfo> broker;
  private final List<StdioData> stdio = Collections.synchronizedList(new ArrayList<>());

  private HostedPlugin(Process process) {
    this.process = process;
    readers.add(read("stdout", process.getInputStream(), true));
    readers.add(read("stderr", process.getErrorStream(), false));
  }

  /** The folder that the build packed. */
  public static Path folder() {
    String folder = System.getProperty("enstore.plugin.directory", "");
    assertThat(folder).as("the system property enstore.plugin.directory").isNotEmpty();
    return Path.of(folder);
  }

  /** The zip that the build made of that folder. */
  static Path zip() {
    String zip = System.getProperty("enstore.plugin.zip", "");
    assertThat(zip).as("the system property enstore.plugin.zip").isNotEmpty();
    return Path.of(zip);
  }

  /** Unpacks a zip as Grafana does: with the modes of the zip, and new times. */
  static Path unpack(Path zip, Path into) throws IOException {
    return unpack(zip, into, false);
  }

  /** Unpacks a zip as {@code unzip} does: with the modes and the times of the zip. */
  static Path unzip(Path zip, Path into) throws IOException {
    return unpack(zip, into, true);
  }

  private static Path unpack(Path zip, Path into, boolean times) throws IOException {
    try (FileSystem packed =
            FileSystems.newFileSystem(
                URI.create("jar:" + zip.toUri()), Map.of("enablePosixFileAttributes", true));
        Stream<Path> entries = Files.walk(packed.getPath("/"))) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        Path path = into.resolve(entry.toString().substring(1));
        if (Files.isDirectory(entry)) {
          Files.createDirectories(path);
        } else {
          Files.copy(entry, path);
          Files.setPosixFilePermissions(path, Files.getPosixFilePermissions(entry));
          if (times) {
            Files.setLastModifiedTime(path, Files.getLastModifiedTime(entry));
          }
        }
      }
    }
    return into.resolve("enstore-accounting-datasource");
  }

  /** The launcher under this machine's name. */
  static Path launcher(Path folder) {
    String system = System.getProperty("os.name", "").startsWith("Mac") ? "darwin" : "linux";
    String machine =
        Set.of("aarch64", "arm64").contains(System.getProperty("os.arch", "")) ? "arm64" : "amd64";
    return folder.resolve("gpx_enstore_" + system + "_" + machine);
  }

  /** Starts the launcher as Grafana does, in another directory, and waits for nothing. */
  public static HostedPlugin exec(Path folder, Map<String, String> environment) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put(COOKIE, "datasource");
    return run(all, launcher(folder).toString());
  }

  /** Runs a command with exactly this environment. */
  static HostedPlugin run(Map<String, String> environment, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(new File("/"));
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectInput(new File("/dev/null"));
    return new HostedPlugin(builder.start());
  }

  /** Starts the packaged plugin with the cookie alone, and dials it. */
  public static HostedPlugin start() throws IOException, InterruptedException {
    HostedPlugin plugin = exec(folder(), Map.of());
    plugin.dial(plugin.handshake());
    return plugin;
  }

  /** The first line on standard output. */
  public String handshake() throws InterruptedException {
    String line = standardOutput.poll(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(line).as("the handshake; stderr: %s", log()).isNotNull();
    return line;
  }

  /** Connects, and opens the two streams that Grafana opens first. */
  public void dial(String handshake) {
    String[] fields = handshake.split("\\|", -1);
    NettyChannelBuilder builder =
        fields[2].equals("unix")
            ? NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(fields[3]))
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .eventLoopGroup(SOCKETS)
            : NettyChannelBuilder.forTarget("dns:///" + fields[3]);
    channel =
        builder
            .overrideAuthority("unused")
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .usePlaintext()
            .build();
    broker = GRPCBrokerGrpc.newStub(channel).startStream(new Listening<>(new ArrayList<>()));
    GRPCStdioGrpc.newStub(channel).streamStdio(Empty.getDefaultInstance(), new Listening<>(stdio));
  }

  /** The connection that {@link #dial} opened. */
  public ManagedChannel channel() {
    ManagedChannel open = channel;
    if (open == null) {
      throw new IllegalStateException("not dialled");
    }
    return open;
  }

  /** The process: the launcher becomes the program. */
  public Process process() {
    return process;
  }

  /** Everything that came on standard output after what {@link #handshake} took. */
  List<String> furtherOutput() {
    return new ArrayList<>(standardOutput);
  }

  /** What came through the protocol's own output stream. */
  List<StdioData> stdio() {
    return List.copyOf(stdio);
  }

  /** The lines of the log so far. */
  public List<String> log() {
    synchronized (standardError) {
      return standardError.stream()
          .map(line -> new String(line, StandardCharsets.UTF_8))
          .collect(Collectors.toList());
    }
  }

  /** Ends the plugin as Grafana does; returns how long it took from the order to the exit. */
  public Duration shutDown() throws InterruptedException {
    if (broker != null) {
      broker.onCompleted();
    }
    long start = System.nanoTime();
    GRPCControllerGrpc.newBlockingStub(channel())
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .shutdown(org.enstore.accounting.proto.goplugin.Empty.getDefaultInstance());
    channel().shutdownNow();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends at all").isTrue();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    awaitReaders();
    return took;
  }

  /** Waits until both streams have ended, which they do when no process holds them any more. */
  void awaitReaders() throws InterruptedException {
    for (Thread reader : readers) {
      reader.join(10_000);
      assertThat(reader.isAlive()).as("%s still held by somebody", reader.getName()).isFalse();
    }
  }

  @Override
  public void close() {
    if (channel != null) {
      channel.shutdownNow();
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private Thread read(String name, InputStream stream, boolean output) {
    Thread thread =
        new Thread(
            () -> {
              // Bytes, so that what is no UTF-8 is seen as such.
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.ISO_8859_1))) {
                String line;
                while ((line = reader.readLine()) != null) {
                  if (output) {
                    standardOutput.add(line);
                  } else {
                    standardError.add(line.getBytes(StandardCharsets.ISO_8859_1));
                  }
                }
              } catch (IOException ignored) {
                // The process was killed; what it said until then has been read.
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Collects what a stream brings. */
  private record Listening<T>(List<T> heard) implements StreamObserver<T> {
    @Override
    public void onNext(T value) {
      heard.add(value);
    }

    @Override
    public void onError(Throwable ignored) {
      // The connection ended.
    }

    @Override
    public void onCompleted() {
      // The plugin ended it.
    }
  }

  /** A body of {@code length} bytes. */
  static ByteString filler(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 'x');
    return ByteString.copyFrom(bytes);
  }
}

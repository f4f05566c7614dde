package org.enstore.accounting.cli;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.LogManager;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.enstore.accounting.config.SettingsProblems;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say whom to ask. */
final class Target {
  /** The variable that may hold the daemon's token. */
  static final String TOKEN = "ENSTORE_ACCOUNTING_TOKEN";

  /** The variable that may hold the database's password. */
  static final String PASSWORD = "ENSTORE_ACCOUNTING_PASSWORD";

  private static final String PATIENCE = "2m";
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)]|([^:\\[\\]/@]+)):([0-9]{1,5})");
  private static final Map<String, String> OPTIONS_OF_SETTINGS = optionsOfSettings();

  @Option(
      names = "--daemon",
      paramLabel = "<host:port>",
      description = "Ask the daemon there (127.0.0.1:8810 unless given).")
  private @Nullable String daemon;

  @Option(names = "--tls", description = "Encrypt, and trust the authorities that Java trusts.")
  private boolean tls;

  @Option(
      names = "--tls-ca",
      paramLabel = "<file>",
      description = "Encrypt, and trust the authorities of this PEM file.")
  private @Nullable Path authority;

  @Option(
      names = "--token-file",
      paramLabel = "<file>",
      description = "The file that holds the daemon's token; else the variable " + TOKEN + ".")
  private @Nullable Path tokenFile;

  @Option(
      names = "--client-cert",
      paramLabel = "<file>",
      description = "Show the certificate of this PEM file; together with --client-key.")
  private @Nullable Path clientCertificate;

  @Option(
      names = "--client-key",
      paramLabel = "<file>",
      description = "Its key: PEM, PKCS #8, not encrypted.")
  private @Nullable Path clientKey;

  @Option(
      names = "--config",
      paramLabel = "<file>",
      description =
          "Ask no daemon: read the data sources of this configuration of a daemon straight.")
  private @Nullable Path config;

  @Option(
      names = "--standby",
      paramLabel = "<host[:port]>",
      description =
          "Ask no daemon: read this standby straight, or the freshest of several, separated by "
              + "commas. The port is 8800 unless given.")
  private @Nullable String standby;

  @Option(
      names = "--user",
      paramLabel = "<role>",
      description = "With --standby: the database's role (enstore_reader unless given).")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "<file>",
      description =
          "With --standby: the file that holds its password; else the variable " + PASSWORD + ".")
  private @Nullable Path passwordFile;

  @Option(
      names = "--database",
      paramLabel = "<name>",
      description = "With --standby: the database (accounting unless given).")
  private @Nullable String database;

  @Option(
      names = "--drivestat-standby",
      paramLabel = "<host[:port]>",
      description =
          "With --standby: the standby of the database drivestat, or several; read by the same role "
              + "and password. The port is 8802 unless given.")
  private @Nullable String drivestatStandby;

  @Option(
      names = "--drivestat-database",
      paramLabel = "<name>",
      description = "With --drivestat-standby: the database (drivestat unless given).")
  private @Nullable String drivestatDatabase;

  @Option(
      names = "--enstoredb-standby",
      paramLabel = "<host[:port]>",
      description =
          "With --standby: the standby of the database enstoredb, or several; read by the same role "
              + "and password. The port is 8888 unless given.")
  private @Nullable String enstoredbStandby;

  @Option(
      names = "--enstoredb-database",
      paramLabel = "<name>",
      description = "With --enstoredb-standby: the database (enstoredb unless given).")
  private @Nullable String enstoredbDatabase;

  @Option(
      names = "--site-time-zone",
      paramLabel = "<zone>",
      description = "With --standby: the time zone of the site, such as America/Chicago. Needed.")
  private @Nullable String siteTimeZone;

  @Option(
      names = "--tls-mode",
      paramLabel = "<mode>",
      description =
          "With --standby: disable, require, verify-ca or verify-full (verify-full with --tls-ca, "
              + "else disable unless given).")
  private @Nullable String tlsMode;

  @Option(
      names = "--source",
      paramLabel = "<name>",
      description = "The data source; needed when there are several.")
  private @Nullable String source;

  @Option(
      names = "--timeout",
      paramLabel = "<duration>",
      description = "How long all questions may take together (" + PATIENCE + " unless given).")
  private String timeout = PATIENCE;

  /** The data source that was named. */
  Optional<String> source() {
    return Optional.ofNullable(source);
  }

  /**
   * Opens the way to the service; nothing has been asked yet.
   *
   * @throws Failure when the options contradict each other, or a file that they name is no good
   */
  Connection connect(Surroundings surroundings, Straight straight) {
    Duration patience = Asked.span("--timeout", timeout);
    if (patience.isZero()) {
      throw Failure.usage("--timeout is \"" + timeout + "\"; it must be longer than nothing.");
    }
    if ((clientCertificate == null) != (clientKey == null)) {
      throw Failure.usage("--client-cert and --client-key belong together; give both or none.");
    }
    onlyOneWay();
    Map<String, String> environment = surroundings.environment();
    if (config != null) {
      Path file = config;
      return straight(() -> straight.open(file), "the data sources of " + file, patience);
    }
    if (standby != null) {
      Straight.Standby described = standby(standby, environment);
      return straight(() -> straight.open(described), standby, patience);
    }
    return daemon(daemon != null ? daemon : "127.0.0.1:8810", environment, patience);
  }

  private void onlyOneWay() {
    Map<String, Object> ways = new LinkedHashMap<>();
    put(ways, "--daemon", daemon);
    put(ways, "--config", config);
    put(ways, "--standby", standby);
    if (ways.size() > 1) {
      throw Failure.usage(
          String.join(" and ", ways.keySet()) + " exclude each other; give one of them.");
    }
    Map<String, Object> ofStandby = new LinkedHashMap<>();
    put(ofStandby, "--user", user);
    put(ofStandby, "--password-file", passwordFile);
    put(ofStandby, "--database", database);
    put(ofStandby, "--drivestat-standby", drivestatStandby);
    put(ofStandby, "--enstoredb-standby", enstoredbStandby);
    put(ofStandby, "--site-time-zone", siteTimeZone);
    put(ofStandby, "--tls-mode", tlsMode);
    if (standby == null && !ofStandby.isEmpty()) {
      throw Failure.usage(
          ofStandby.keySet().iterator().next()
              + " belongs to --standby; give that, or leave it out.");
    }
    belongsTo("--drivestat-standby", drivestatStandby, "--drivestat-database", drivestatDatabase);
    belongsTo("--enstoredb-standby", enstoredbStandby, "--enstoredb-database", enstoredbDatabase);
    Map<String, Object> ofDaemon = new LinkedHashMap<>();
    put(ofDaemon, "--token-file", tokenFile);
    put(ofDaemon, "--tls", tls ? "" : null);
    if (standby != null || config != null) {
      if (config != null) {
        put(ofDaemon, "--tls-ca", authority);
        put(ofDaemon, "--client-cert", clientCertificate);
      }
      if (!ofDaemon.isEmpty()) {
        throw Failure.usage(
            ofDaemon.keySet().iterator().next()
                + " does not go with "
                + ways.keySet().iterator().next()
                + "; leave it out.");
      }
    }
  }

  private static void belongsTo(
      String main, @Nullable String given, String option, @Nullable String value) {
    if (given == null && value != null) {
      throw Failure.usage(option + " belongs to " + main + "; give that, or leave it out.");
    }
  }

  private static <T> void put(Map<String, T> options, String name, @Nullable T value) {
    if (value != null) {
      options.put(name, value);
    }
  }

  // ---- straight at a database -----------------------------------------------------------------

  private Straight.Standby standby(String hosts, Map<String, String> environment) {
    if (siteTimeZone == null) {
      throw Failure.usage(
          "--standby needs --site-time-zone: the zone in which the accounting server lives, such as"
              + " America/Chicago. Days are counted by it.");
    }
    Map<String, String> settings = new HashMap<>();
    settings.put("hosts", hosts);
    settings.put("siteTimeZone", siteTimeZone);
    put(settings, "database", database);
    put(settings, "drivestatHosts", drivestatStandby);
    put(settings, "drivestatDatabase", drivestatDatabase);
    put(settings, "enstoredbHosts", enstoredbStandby);
    put(settings, "enstoredbDatabase", enstoredbDatabase);
    Map<String, String> secrets = new HashMap<>();
    if (authority != null) {
      secrets.put("tlsCaCert", text("--tls-ca", authority));
      settings.put("tlsMode", "verify-full");
    }
    if (tlsMode != null) {
      settings.put("tlsMode", tlsMode);
    }
    if (clientCertificate != null && clientKey != null) {
      secrets.put("tlsClientCert", text("--client-cert", clientCertificate));
      secrets.put("tlsClientKey", text("--client-key", clientKey));
    }
    secret("--password-file", passwordFile, PASSWORD, environment)
        .ifPresent(password -> secrets.put("password", password));
    return new Straight.Standby(settings, user == null ? "" : user, secrets);
  }

  private Connection straight(Supplier<Straight.Service> opening, String where, Duration patience) {
    try {
      Straight.Service service = opening.get();
      return new Connection(
          service.channel(),
          service::isOpen,
          () -> {},
          service,
          new Connection.Way(where, false),
          patience);
    } catch (SettingsProblems e) {
      throw new Failure(ExitCode.USAGE, e.problems().stream().map(this::inOptions).toList());
    }
  }

  /** {@code problem} with the options' names where it has those of settings. */
  private String inOptions(String problem) {
    if (config != null) {
      return problem;
    }
    String told = problem;
    for (Map.Entry<String, String> name : OPTIONS_OF_SETTINGS.entrySet()) {
      told = told.replace("\"" + name.getKey() + "\"", name.getValue());
    }
    return told;
  }

  private static Map<String, String> optionsOfSettings() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("hosts", "--standby");
    options.put("database", "--database");
    options.put("drivestatHosts", "--drivestat-standby");
    options.put("drivestatDatabase", "--drivestat-database");
    options.put("enstoredbHosts", "--enstoredb-standby");
    options.put("enstoredbDatabase", "--enstoredb-database");
    options.put("siteTimeZone", "--site-time-zone");
    options.put("tlsMode", "--tls-mode");
    options.put("tlsCaCert", "--tls-ca");
    options.put("tlsClientCert", "--client-cert");
    options.put("tlsClientKey", "--client-key");
    return options;
  }

  // ---- a daemon -------------------------------------------------------------------------------

  private Connection daemon(String address, Map<String, String> environment, Duration patience) {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches() || port(parts.group(3)) == 0) {
      throw Failure.usage(
          "--daemon is \""
              + address
              + "\"; it must be host:port, such as accounting.example.org:8810 or [2001:db8::5]:8810.");
    }
    String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
    boolean encrypted = tls || authority != null || clientCertificate != null;
    if (!encrypted && !isLoopback(host)) {
      throw Failure.usage(
          "--daemon is on another machine, where it speaks TLS alone: give --tls-ca <file> with its"
              + " authority, or --tls when Java trusts that already.");
    }
    // What libraries have to say would stand between the lines of the answer.
    LogManager.getLogManager().reset();
    EventLoopGroup threads =
        new MultiThreadIoEventLoopGroup(1, Target::thread, NioIoHandler.newFactory());
    NettyChannelBuilder builder =
        builder(host, port(parts.group(3)))
            .channelType(NioSocketChannel.class)
            .eventLoopGroup(threads)
            .directExecutor()
            // Watches may be quiet for long; what lies between must not forget them.
            .keepAliveTime(1, TimeUnit.MINUTES);
    if (encrypted) {
      encrypt(builder);
    } else {
      builder.usePlaintext();
    }
    Optional<String> token = token(tokenFile, environment);
    ManagedChannel channel = builder.build();
    Channel way = token.map(text -> authorized(channel, text)).orElse(channel);
    return new Connection(
        way,
        () -> true,
        channel::resetConnectBackoff,
        () -> {
          channel.shutdownNow();
          Future<?> unused = threads.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
        },
        new Connection.Way(address, true),
        patience);
  }

  private static NettyChannelBuilder builder(String host, int port) {
    if (host.indexOf('_') < 0) {
      return NettyChannelBuilder.forAddress(host, port);
    }
    // The library makes a URI of a name, and in the names of those there is no such letter.
    try {
      InetAddress address = InetAddress.getByAddress(address(host).getAddress());
      return NettyChannelBuilder.forAddress(new InetSocketAddress(address, port))
          .overrideAuthority(host);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the bytes of an address are one", e);
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "enstore-client");
    thread.setDaemon(true);
    return thread;
  }

  private static int port(String digits) {
    int port = Integer.parseInt(digits);
    return port <= 65_535 ? port : 0;
  }

  private static boolean isLoopback(String host) {
    return address(host).isLoopbackAddress();
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new Failure(
          ExitCode.UNREACHABLE,
          List.of("--daemon names the host " + host + ", which is not known; check its spelling."));
    }
  }

  private void encrypt(NettyChannelBuilder builder) {
    SslContextBuilder context = SslContextBuilder.forClient();
    String options = "--tls-ca";
    try {
      if (authority != null) {
        context.trustManager(readable("--tls-ca", authority));
      }
      if (clientCertificate != null && clientKey != null) {
        options = "--client-cert or --client-key";
        context.keyManager(
            readable("--client-cert", clientCertificate), readable("--client-key", clientKey));
      }
      builder.sslContext(GrpcSslContexts.configure(context, SslProvider.JDK).build());
    } catch (IOException | IllegalArgumentException e) {
      throw Failure.usage(
          options
              + " cannot be used: "
              + e.getMessage()
              + ". It must be a PEM file, a key in PKCS #8 (openssl pkcs8 -topk8 -nocrypt).");
    }
  }

  private static Channel authorized(Channel channel, String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  // ---- files ----------------------------------------------------------------------------------

  private static Optional<String> token(@Nullable Path file, Map<String, String> environment) {
    Optional<String> token = secret("--token-file", file, TOKEN, environment).map(String::strip);
    if (token.isPresent() && token.get().chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw Failure.usage(
          (file != null ? "--token-file" : TOKEN)
              + " holds something else than one token; it must be one word of plain characters.");
    }
    return token;
  }

  private static Optional<String> secret(
      String option, @Nullable Path file, String variable, Map<String, String> environment) {
    Optional<String> secret =
        file != null
            ? Optional.of(text(option, file).replaceFirst("\\R\\z", ""))
            : Optional.ofNullable(environment.get(variable));
    if (secret.isPresent() && secret.get().isBlank()) {
      throw Failure.usage(
          (file != null ? option : variable)
              + " is empty; it must hold the secret, or be left out.");
    }
    return secret;
  }

  private static String text(String option, Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw unreadable(option, file, e);
    }
  }

  /** {@code file}, which can be opened. */
  private static File readable(String option, Path file) {
    try {
      Files.newInputStream(file).close();
      return file.toFile();
    } catch (IOException e) {
      throw unreadable(option, file, e);
    }
  }

  private static Failure unreadable(String option, Path file, IOException e) {
    return Failure.usage(option + " " + file + " cannot be read: " + Output.reason(e) + ".");
  }
}

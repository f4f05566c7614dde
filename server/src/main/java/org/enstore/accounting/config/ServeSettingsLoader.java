package org.enstore.accounting.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the daemon's configuration. Everything that is wrong is said at once. */
public final class ServeSettingsLoader {
  /** What the names of our environment variables begin with. */
  static final String PREFIX = "ENSTORE_ACCOUNTING_";

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern LISTEN = Pattern.compile("(?:\\[([^\\]]+)]|([^:\\[\\]]+)):([0-9]+)");
  private static final String SOURCES = "dataSources";

  private static final Key<Long> VERSION =
      Key.number("version", 1, 1, "version of this file's form", 1);
  private static final Key<Optional<ServeSettings.Listen>> LISTEN_KEY =
      listen("listen", "127.0.0.1:8810");
  private static final Key<Optional<ServeSettings.Place>> GRAFANA =
      Key.text(
          "grafana",
          Optional.empty(),
          "",
          "address:port such as \"127.0.0.1:8811\", or unix: and the absolute path of a socket",
          ServeSettingsLoader::place);
  private static final Key<Optional<ServeSettings.Listen>> MONITOR =
      listen("monitor", "127.0.0.1:8812");
  private static final Key<String> TLS_CERTIFICATE = Key.text("tlsCertificate", "");
  private static final Key<String> TLS_KEY = Key.text("tlsKey", "");
  private static final Key<String> TLS_CLIENT_AUTHORITY = Key.text("tlsClientAuthority", "");
  private static final Key<String> ACCESS_LIST = Key.text("accessList", "");
  private static final Key<String> ACCESS_LOG = Key.text("accessLog", "stderr");
  private static final Key<Long> MAX_MESSAGE =
      Key.size("maxMessage", 16L << 10, 16L << 20, 1L << 20);
  private static final Key<Long> MAX_CALLS = Key.number("maxCalls", 1, 10_000, "calls", 256);
  private static final Key<Long> CALLS_PER_SECOND =
      Key.number("callsPerSecond", 1, 10_000, "calls in a second, for each caller", 50);
  private static final Key<Duration> DRAIN =
      Key.duration("drain", Duration.ZERO, Duration.ofMinutes(5), Duration.ofSeconds(10));

  /** Every key of the file but {@code dataSources}, in the order to document them. */
  public static final List<Key<?>> KEYS =
      List.of(
          VERSION,
          LISTEN_KEY,
          GRAFANA,
          MONITOR,
          TLS_CERTIFICATE,
          TLS_KEY,
          TLS_CLIENT_AUTHORITY,
          ACCESS_LIST,
          ACCESS_LOG,
          MAX_MESSAGE,
          MAX_CALLS,
          CALLS_PER_SECOND,
          DRAIN);

  /** Files that hold a data source's secrets, by key, each with the secret's name. */
  public static final Map<String, String> SECRET_FILES = secretFiles();

  /** Secrets that the environment may hold, by the end of the variable's name. */
  private static final Map<String, String> SECRET_VARIABLES =
      Map.of(
          "_PASSWORD", "password",
          "_DRIVESTAT_PASSWORD", "drivestatPassword",
          "_ENSTOREDB_PASSWORD", "enstoredbPassword",
          "_TLS_CLIENT_KEY", "tlsClientKey");

  private ServeSettingsLoader() {}

  /**
   * What the file refers to.
   *
   * @param environment the process's
   * @param readFile the text of a file; throws {@link IllegalArgumentException} with a clause that
   *     says why it cannot be read
   * @param isLoopback whether a host's every address is one of this machine alone
   */
  public record Surroundings(
      Map<String, String> environment,
      Function<String, String> readFile,
      Predicate<String> isLoopback) {}

  /**
   * Reads and checks the file's object.
   *
   * @throws SettingsProblems with all problems together
   */
  public static ServeSettings load(Map<String, ?> file, Surroundings surroundings) {
    Map<String, Object> rest = new LinkedHashMap<>(file);
    @Nullable Object listed = rest.remove(SOURCES);
    KeyReader keys = new KeyReader("", rest, KEYS);
    keys.take(VERSION);
    ServeSettings.Listen listen = keys.take(LISTEN_KEY).orElseThrow();
    Optional<ServeSettings.Place> grafana = keys.take(GRAFANA);
    Optional<ServeSettings.Listen> monitor = keys.take(MONITOR);
    Optional<ServeSettings.Tls> tls = tls(keys);
    Optional<String> accessList = path(keys.take(ACCESS_LIST));
    ServeSettings.AccessLog accessLog = accessLog(keys.take(ACCESS_LOG).strip());
    ServeSettings.Limits limits =
        new ServeSettings.Limits(
            Math.toIntExact(keys.take(MAX_MESSAGE)),
            Math.toIntExact(keys.take(MAX_CALLS)),
            Math.toIntExact(keys.take(CALLS_PER_SECOND)));
    Duration drain = keys.take(DRAIN);
    demandProtection(keys, listen, tls, accessList, surroundings);
    Map<String, Optional<ServeSettings.Listen>> locals =
        Map.of(
            "grafana",
            grafana
                .filter(ServeSettings.Listen.class::isInstance)
                .map(ServeSettings.Listen.class::cast),
            "monitor",
            monitor);
    for (Map.Entry<String, Optional<ServeSettings.Listen>> local : locals.entrySet()) {
      local
          .getValue()
          .filter(address -> !surroundings.isLoopback().test(address.host()))
          .ifPresent(
              address ->
                  keys.complain(
                      local.getKey(),
                      ("\"%s\" is \"%s\"; it must be a loopback address such as 127.0.0.1: what is"
                              + " served there is neither encrypted nor asks who calls.")
                          .formatted(local.getKey(), address)));
    }
    List<String> problems = new ArrayList<>();
    List<ServeSettings.Named> sources = sources(listed, surroundings, problems);
    List<String> all = new ArrayList<>(keys.finish());
    all.addAll(problems);
    if (!all.isEmpty()) {
      throw new SettingsProblems(all);
    }
    return new ServeSettings(
        listen, grafana, monitor, tls, accessList, accessLog, limits, drain, sources);
  }

  private static void demandProtection(
      KeyReader keys,
      ServeSettings.Listen listen,
      Optional<ServeSettings.Tls> tls,
      Optional<String> accessList,
      Surroundings surroundings) {
    if (surroundings.isLoopback().test(listen.host())) {
      return;
    }
    if (tls.isEmpty()) {
      keys.complain(
          "listen",
          ("\"listen\" is \"%s\", which other machines can reach; that takes TLS: set"
                  + " tlsCertificate and tlsKey, or listen on 127.0.0.1.")
              .formatted(listen));
    }
    if (accessList.isEmpty()) {
      keys.complain(
          "listen",
          ("\"listen\" is \"%s\", which other machines can reach; that takes credentials: set"
                  + " accessList, or listen on 127.0.0.1.")
              .formatted(listen));
    }
  }

  private static Optional<ServeSettings.Tls> tls(KeyReader keys) {
    Optional<String> certificate = path(keys.take(TLS_CERTIFICATE));
    Optional<String> key = path(keys.take(TLS_KEY));
    Optional<String> clients = path(keys.take(TLS_CLIENT_AUTHORITY));
    if (certificate.isPresent() != key.isPresent()) {
      keys.complain(
          certificate.isPresent() ? "tlsKey" : "tlsCertificate",
          "\"tlsCertificate\" and \"tlsKey\" belong together; set both or none.");
      return Optional.empty();
    }
    if (certificate.isEmpty()) {
      clients.ifPresent(
          ignored ->
              keys.complain(
                  "tlsClientAuthority",
                  "\"tlsClientAuthority\" needs TLS: set tlsCertificate and tlsKey as well."));
      return Optional.empty();
    }
    return Optional.of(new ServeSettings.Tls(certificate.get(), key.orElseThrow(), clients));
  }

  private static ServeSettings.AccessLog accessLog(String text) {
    return switch (text) {
      case "stderr" -> new ServeSettings.AccessLog(Optional.empty(), false);
      case "none", "" -> new ServeSettings.AccessLog(Optional.empty(), true);
      default -> new ServeSettings.AccessLog(Optional.of(text), false);
    };
  }

  private static Optional<String> path(String text) {
    return text.isBlank() ? Optional.empty() : Optional.of(text.strip());
  }

  private static Key<Optional<ServeSettings.Listen>> listen(String name, String fallback) {
    return Key.text(
        name,
        fallback.isEmpty() ? Optional.empty() : parse(fallback),
        fallback,
        "address:port, such as \"127.0.0.1:8810\"",
        text -> text.isBlank() && !name.equals("listen") ? Optional.empty() : parse(text.strip()));
  }

  private static Optional<ServeSettings.Place> place(String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    String stripped = text.strip();
    if (stripped.startsWith(ServeSettings.UNIX + "/")) {
      return Optional.of(new ServeSettings.Socket(stripped.substring(ServeSettings.UNIX.length())));
    }
    return Optional.of(parse(stripped).orElseThrow());
  }

  private static Optional<ServeSettings.Listen> parse(String text) {
    Matcher matcher = LISTEN.matcher(text);
    if (matcher.matches() && matcher.group(3).length() <= 5) {
      int port = Integer.parseInt(matcher.group(3));
      String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
      if (port <= 65535) {
        return Optional.of(new ServeSettings.Listen(host, port));
      }
    }
    throw new IllegalArgumentException();
  }

  private static List<ServeSettings.Named> sources(
      @Nullable Object listed, Surroundings surroundings, List<String> problems) {
    if (!(listed instanceof List<?> list) || list.isEmpty()) {
      problems.add("\"dataSources\" must be a list of at least one data source.");
      return List.of();
    }
    List<ServeSettings.Named> sources = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> variables = new TreeSet<>();
    for (int i = 0; i < list.size(); i++) {
      String place = "dataSources[" + i + "]";
      if (!(list.get(i) instanceof Map<?, ?> map)) {
        problems.add("\"" + place + "\" must be an object with a name and hosts.");
        continue;
      }
      Map<String, Object> values = new LinkedHashMap<>();
      map.forEach((key, value) -> values.put(String.valueOf(key), value));
      Object name = values.remove("name");
      if (!(name instanceof String text) || !NAME.matcher(text).matches()) {
        problems.add(
            "\"%s.name\" is %s; it must be 1 to 63 lower-case letters, digits and hyphens."
                .formatted(place, Key.shown(name)));
        continue;
      }
      if (!names.add(text)) {
        problems.add("\"%s.name\" is \"%s\", as is another one's.".formatted(place, text));
      }
      for (String end : SECRET_VARIABLES.keySet()) {
        String variable = variable(text, end);
        if (!variables.add(variable) && surroundings.environment().containsKey(variable)) {
          problems.add(
              ("The environment variable %s could be meant for two data sources, one of them %s;"
                      + " give the secret in a file.")
                  .formatted(variable, text));
        }
      }
      try {
        sources.add(new ServeSettings.Named(text, source(text, values, surroundings)));
      } catch (SettingsProblems e) {
        e.problems().forEach(problem -> problems.add("Data source " + text + ": " + problem));
      }
    }
    for (String variable : new TreeSet<>(surroundings.environment().keySet())) {
      if (variable.startsWith(PREFIX) && !variables.contains(variable)) {
        problems.add(
            "The environment variable %s is not known; known are %s.%s"
                .formatted(
                    variable,
                    String.join(", ", variables),
                    Spelling.hint(variable, List.copyOf(variables))));
      }
    }
    return sources;
  }

  private static SourceSettings source(
      String name, Map<String, Object> values, Surroundings surroundings) {
    List<String> problems = new ArrayList<>();
    Map<String, String> secrets = new HashMap<>();
    SECRET_FILES.forEach(
        (key, secret) -> {
          Object file = values.remove(key);
          if (file instanceof String path && !path.isBlank()) {
            try {
              secrets.put(secret, surroundings.readFile().apply(path.strip()).stripTrailing());
            } catch (IllegalArgumentException e) {
              problems.add("\"" + key + "\" is " + Key.shown(path) + ", which " + e.getMessage());
            }
          } else if (file != null) {
            problems.add("\"" + key + "\" must be the path of a file.");
          }
        });
    for (String secret : SourceSettingsLoader.SECRETS) {
      if (values.remove(secret) != null) {
        problems.add(
            ("\"%s\" does not belong into this file; give it in a file of its own or in the"
                    + " environment.")
                .formatted(secret));
      }
    }
    SECRET_VARIABLES.forEach(
        (end, secret) -> {
          String value = surroundings.environment().get(variable(name, end));
          if (value != null) {
            secrets.put(secret, value);
          }
        });
    Object user = values.remove("user");
    if (user != null && !(user instanceof String)) {
      problems.add("\"user\" must be a text.");
    }
    try {
      SourceSettings settings =
          SourceSettingsLoader.load(
              new SourceSettingsLoader.RawSettings(
                  "", user instanceof String text ? text : "", "", values, secrets));
      if (problems.isEmpty()) {
        return settings;
      }
    } catch (SettingsProblems e) {
      problems.addAll(e.problems());
    }
    throw new SettingsProblems(problems);
  }

  private static String variable(String name, String end) {
    return PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_') + end;
  }

  private static Map<String, String> secretFiles() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("passwordFile", "password");
    files.put("drivestatPasswordFile", "drivestatPassword");
    files.put("enstoredbPasswordFile", "enstoredbPassword");
    files.put("tlsCaCertFile", "tlsCaCert");
    files.put("tlsClientCertFile", "tlsClientCert");
    files.put("tlsClientKeyFile", "tlsClientKey");
    return files;
  }
}

package org.enstore.accounting.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings of the process as a whole, from its environment. Grafana passes the keys of its own
 * section {@code [plugin.enstore-accounting-datasource]} as {@code GF_PLUGIN_<KEY>}.
 *
 * @param logLevel the least important log line that is written
 * @param queryThreads how many questions are worked on at a time, 1 to 64
 * @param queryQueue how many more of each data source may wait, 1 to 10,000; further ones are
 *     refused
 * @param cacheDirectory where settled numbers outlive the process; empty for nowhere
 * @param attach where the daemon listens that the process attaches to under Grafana: a port of the
 *     loopback address or a Unix domain socket; empty for an engine of the process's own
 */
public record ProcessSettings(
    LogLevel logLevel,
    int queryThreads,
    int queryQueue,
    Optional<Path> cacheDirectory,
    Optional<SocketAddress> attach) {
  /** The defaults, without a directory: where that is depends on the environment. */
  public static final ProcessSettings DEFAULT =
      new ProcessSettings(LogLevel.INFO, 16, 512, Optional.empty(), Optional.empty());

  private static final String LOG_LEVEL = "GF_PLUGIN_LOG_LEVEL";
  private static final String QUERY_THREADS = "GF_PLUGIN_QUERY_THREADS";
  private static final String QUERY_QUEUE = "GF_PLUGIN_QUERY_QUEUE";
  private static final String CACHE_DIRECTORY = "GF_PLUGIN_CACHE_DIRECTORY";
  private static final String ATTACH = "GF_PLUGIN_ATTACH";
  private static final String UNIX = "unix:";
  private static final String CACHE_FOLDER = "enstore-accounting";
  private static final String GRAFANA_PREFIX = "GF_PLUGIN_";
  private static final List<String> OWN_PREFIXES = List.of("GF_PLUGIN_ENSTORE_", "GF_PLUGIN_JAVA_");
  // The first two are the launcher's: here it only matters that they are not misspelt.
  private static final List<String> KNOWN =
      List.of(
          "GF_PLUGIN_JAVA_HOME",
          "GF_PLUGIN_JAVA_OPTIONS",
          LOG_LEVEL,
          QUERY_THREADS,
          QUERY_QUEUE,
          CACHE_DIRECTORY,
          ATTACH);

  /** How important a log line is, the most important last. */
  public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  /**
   * Reads {@code environment}. Grafana's own variables share the prefix {@code GF_PLUGIN_}, so of
   * the unknown ones only those are refused that look like one of ours misspelt, and all under
   * {@code GF_PLUGIN_ENSTORE_} and {@code GF_PLUGIN_JAVA_}.
   *
   * @throws SettingsProblems with all problems together
   */
  public static ProcessSettings load(Map<String, String> environment) {
    List<String> problems = new ArrayList<>();
    LogLevel logLevel = DEFAULT.logLevel;
    String level = environment.getOrDefault(LOG_LEVEL, "").strip();
    if (!level.isEmpty()) {
      try {
        logLevel = LogLevel.valueOf(level.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException ignored) {
        problems.add(
            LOG_LEVEL + " is \"" + level + "\"; it must be trace, debug, info, warn or error.");
      }
    }
    int threads = number(environment, QUERY_THREADS, 1, 64, DEFAULT.queryThreads, problems);
    int queue = number(environment, QUERY_QUEUE, 1, 10_000, DEFAULT.queryQueue, problems);
    Optional<Path> directory = directory(environment, problems);
    Optional<SocketAddress> attach = attach(environment, problems);
    for (String name : new TreeMap<>(environment).keySet()) {
      if (!KNOWN.contains(name)
          && (OWN_PREFIXES.stream().anyMatch(name::startsWith)
              || (name.startsWith(GRAFANA_PREFIX) && Spelling.nearest(name, KNOWN).isPresent()))) {
        problems.add(
            "%s is not known; known are %s.%s"
                .formatted(name, String.join(", ", KNOWN), Spelling.hint(name, KNOWN)));
      }
    }
    if (!problems.isEmpty()) {
      throw new SettingsProblems(problems);
    }
    return new ProcessSettings(logLevel, threads, queue, directory, attach);
  }

  /** What is set, where blank means nowhere; else the user's own folder for caches. */
  private static Optional<Path> directory(Map<String, String> environment, List<String> problems) {
    String set = environment.get(CACHE_DIRECTORY);
    if (set != null) {
      return set.isBlank() ? Optional.empty() : absolute(CACHE_DIRECTORY, set.strip(), problems);
    }
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    if (caches.startsWith("/")) {
      return absolute("XDG_CACHE_HOME", caches, problems).map(path -> path.resolve(CACHE_FOLDER));
    }
    return home.startsWith("/")
        ? absolute("HOME", home, problems).map(path -> path.resolve(".cache").resolve(CACHE_FOLDER))
        : Optional.empty();
  }

  private static Optional<SocketAddress> attach(
      Map<String, String> environment, List<String> problems) {
    String set = environment.getOrDefault(ATTACH, "").strip();
    if (set.isEmpty()) {
      return Optional.empty();
    }
    if (set.startsWith(UNIX + "/")) {
      return absolute(ATTACH, set.substring(UNIX.length()), problems)
          .map(UnixDomainSocketAddress::of);
    }
    try {
      int port = Integer.parseInt(set);
      if (port >= 1 && port <= 65_535) {
        return Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      }
    } catch (NumberFormatException ignored) {
      // Reported like a number out of range.
    }
    problems.add(
        "%s is \"%s\"; it must be a port from 1 to 65535, or unix: and the absolute path of a socket."
            .formatted(ATTACH, set));
    return Optional.empty();
  }

  private static Optional<Path> absolute(String name, String text, List<String> problems) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return Optional.of(path);
      }
    } catch (InvalidPathException ignored) {
      // Reported like a relative path.
    }
    problems.add(
        "%s is \"%s\"; it must be the absolute path of a folder, or empty for none."
            .formatted(name, text));
    return Optional.empty();
  }

  private static int number(
      Map<String, String> environment,
      String name,
      int min,
      int max,
      int fallback,
      List<String> problems) {
    String text = environment.getOrDefault(name, "").strip();
    if (text.isEmpty()) {
      return fallback;
    }
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return number;
      }
    }
    problems.add(
        "%s is \"%s\"; it must be a whole number from %s to %s.".formatted(name, text, min, max));
    return fallback;
  }
}

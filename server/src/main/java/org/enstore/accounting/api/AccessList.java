package org.enstore.accounting.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.enstore.accounting.config.SettingsProblems;

/**
 * Who may call: bearer tokens, of which only a digest is written down, and names in client
 * certificates. Immutable; a changed file makes a new one.
 */
public final class AccessList {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private final Map<String, Caller> byDigest;
  private final Map<String, Caller> bySubject;

  private AccessList(Map<String, Caller> byDigest, Map<String, Caller> bySubject) {
    this.byDigest = byDigest;
    this.bySubject = bySubject;
  }

  /**
   * Reads the lines of an access list. Each is empty, a comment that begins with {@code #}, or
   *
   * <pre>
   * token NAME sha256:DIGEST SOURCES
   * certificate COMMON-NAME SOURCES
   * </pre>
   *
   * where SOURCES is {@code *} or names of data sources with commas between them.
   *
   * @param known the names of all data sources
   * @throws SettingsProblems with all problems together, by line; never with a digest
   */
  public static AccessList parse(String text, Set<String> known) {
    List<String> problems = new ArrayList<>();
    Map<String, Caller> byDigest = new HashMap<>();
    Map<String, Caller> bySubject = new HashMap<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String place = "line " + (i + 1) + ": ";
      List<String> words = List.of(line.split("\\s+", -1));
      if (words.size() == 4 && words.get(0).equals("token")) {
        Optional<Caller> caller = caller(words.get(1), words.get(3), known, place, problems);
        if (!DIGEST.matcher(words.get(2)).matches()) {
          problems.add(
              place
                  + "the third word must be sha256: and the 64 hexadecimal digits that sha256sum"
                  + " prints for the token, in lower case.");
        } else if (caller.isPresent() && byDigest.putIfAbsent(words.get(2), caller.get()) != null) {
          problems.add(place + "the token is listed twice.");
        }
      } else if (words.size() == 3 && words.get(0).equals("certificate")) {
        Optional<Caller> caller = caller(words.get(1), words.get(2), known, place, problems);
        if (caller.isPresent() && bySubject.putIfAbsent(words.get(1), caller.get()) != null) {
          problems.add(place + "the certificate is listed twice.");
        }
      } else {
        problems.add(
            place
                + "it must be \"token <name> sha256:<digest> <sources>\" or \"certificate <common"
                + " name> <sources>\"; the sources are * or names with commas between them.");
      }
    }
    if (!problems.isEmpty()) {
      throw new SettingsProblems(problems);
    }
    return new AccessList(byDigest, bySubject);
  }

  private static Optional<Caller> caller(
      String name, String sources, Set<String> known, String place, List<String> problems) {
    if (sources.equals("*")) {
      return Optional.of(new Caller(name, true, Set.of()));
    }
    Set<String> named = new LinkedHashSet<>(Arrays.asList(sources.split(",", -1)));
    List<String> unknown = named.stream().filter(source -> !known.contains(source)).toList();
    if (!unknown.isEmpty()) {
      problems.add(
          place
              + "there is no data source "
              + String.join(", ", unknown)
              + "; it must be * or among "
              + String.join(", ", known)
              + ".");
      return Optional.empty();
    }
    return Optional.of(new Caller(name, false, named));
  }

  /** Whether nobody at all is listed. */
  public boolean isEmpty() {
    return byDigest.isEmpty() && bySubject.isEmpty();
  }

  /** Who holds {@code token}, if anybody does. */
  Optional<Caller> ofToken(String token) {
    return Optional.ofNullable(byDigest.get(digest(token)));
  }

  /** Who a client certificate with the common name {@code subject} is for, if anybody. */
  Optional<Caller> ofSubject(String subject) {
    return Optional.ofNullable(bySubject.get(subject));
  }

  /** What is written down of {@code token}. */
  static String digest(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return "sha256:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

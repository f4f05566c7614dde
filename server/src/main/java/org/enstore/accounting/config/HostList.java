package org.enstore.accounting.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses of one database and its standbys: {@code host[:port][,host[:port]…]}, an IPv6
 * address in brackets.
 */
final class HostList {
  private static final Pattern BRACKETED = Pattern.compile("\\[([0-9A-Fa-f:.%a-z]+)](?::(.*))?");
  private static final Pattern PLAIN = Pattern.compile("([0-9A-Za-z._-]+)(?::(.*))?");
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.:-]*)://(.*)");

  private HostList() {}

  /**
   * The addresses in {@code text}, none when it is blank.
   *
   * @param usualPort the port of those that give none
   * @throws IllegalArgumentException with a clause that says what is wrong and what is meant
   */
  static List<HostPort> parse(String text, int usualPort) {
    if (text.isBlank()) {
      return List.of();
    }
    Matcher scheme = SCHEME.matcher(text.strip());
    if (scheme.matches()) {
      throw new IllegalArgumentException(
          ("begins with \"%s://\"; give the bare list of hosts, such as \"%s\". The user, the"
                  + " database and the password have fields of their own.")
              .formatted(scheme.group(1).toLowerCase(Locale.ROOT), bare(scheme.group(2))));
    }
    Set<HostPort> hosts = new LinkedHashSet<>();
    for (String entry : text.split(",", -1)) {
      if (!hosts.add(one(entry.strip(), usualPort))) {
        throw new IllegalArgumentException("names " + entry.strip() + " twice.");
      }
    }
    return new ArrayList<>(hosts);
  }

  private static HostPort one(String entry, int usualPort) {
    if (entry.isEmpty()) {
      throw new IllegalArgumentException(
          "has an empty entry; give host[:port][,host[:port]…], such as \"standby1,standby2:8800\".");
    }
    if (entry.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "has an \"@\" in one of its entries; the user and the password have fields of their own.");
    }
    if (entry.startsWith("/")) {
      throw new IllegalArgumentException(
          "names the socket " + entry + "; only TCP addresses can be used.");
    }
    if (entry.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "has a \"/\" in " + Key.shown(entry) + "; the database's name has a field of its own.");
    }
    if (!entry.startsWith("[") && entry.indexOf(':') != entry.lastIndexOf(':')) {
      throw new IllegalArgumentException(
          "names "
              + Key.shown(entry)
              + "; an IPv6 address is written in brackets, such as \"[2001:db8::5]:8800\".");
    }
    Matcher matcher = (entry.startsWith("[") ? BRACKETED : PLAIN).matcher(entry);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "names "
              + Key.shown(entry)
              + "; that is no host[:port], such as \"standby.example.org:8800\".");
    }
    String port = matcher.group(2);
    return new HostPort(matcher.group(1), port == null ? usualPort : port(port));
  }

  private static int port(String text) {
    if (text.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65535) {
        return port;
      }
    }
    throw new IllegalArgumentException(
        "has the port " + Key.shown(text) + "; a port is a number from 1 to 65535.");
  }

  /** The host list inside a pasted URL, without user, path and options. */
  private static String bare(String rest) {
    String authority = rest.replaceFirst("[/?#].*$", "");
    return authority.substring(authority.lastIndexOf('@') + 1);
  }
}

package org.enstore.accounting.postgres;

import java.util.regex.Pattern;

/** Names as SQL statements write them, for the statements that an administrator is to run. */
final class Identifiers {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  private Identifiers() {}

  /** {@code name}, in quotes when SQL needs them. */
  static String quoted(String name) {
    return PLAIN.matcher(name).matches() ? name : '"' + name.replace("\"", "\"\"") + '"';
  }
}

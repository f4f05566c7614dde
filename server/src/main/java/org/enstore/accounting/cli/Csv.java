package org.enstore.accounting.cli;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Comma-separated values as RFC 4180 has them. */
final class Csv {
  private static final Pattern TO_BE_QUOTED = Pattern.compile("[\",\\r\\n]");

  private Csv() {}

  /** A record with its line break. */
  static String record(List<String> fields) {
    return fields.stream().map(Csv::field).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String field(String text) {
    return TO_BE_QUOTED.matcher(text).find() ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}

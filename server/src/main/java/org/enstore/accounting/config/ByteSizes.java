package org.enstore.accounting.config;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as people write them: a whole number and KiB, MiB or GiB. */
public final class ByteSizes {
  /** The form of a written size, as a regular expression. */
  public static final String FORM = "^[0-9]{1,18}(KiB|MiB|GiB)$";

  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,18})([KMG])iB");

  private ByteSizes() {}

  /** The bytes written as {@code text}; empty when that is no size or overflows. */
  public static OptionalLong parse(String text) {
    Matcher matcher = WRITTEN.matcher(text.strip());
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    int shift =
        switch (matcher.group(2)) {
          case "K" -> 10;
          case "M" -> 20;
          default -> 30;
        };
    return count > Long.MAX_VALUE >> shift ? OptionalLong.empty() : OptionalLong.of(count << shift);
  }

  /** {@code bytes}, cut to whole KiB, in the widest unit that shows them exactly. */
  public static String format(long bytes) {
    if (bytes != 0 && bytes % (1L << 30) == 0) {
      return (bytes >> 30) + "GiB";
    }
    if (bytes != 0 && bytes % (1L << 20) == 0) {
      return (bytes >> 20) + "MiB";
    }
    return (bytes >> 10) + "KiB";
  }
}

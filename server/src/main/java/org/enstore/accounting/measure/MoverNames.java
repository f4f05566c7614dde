package org.enstore.accounting.measure;

import java.util.Comparator;

/**
 * The spellings of a mover's name. {@code encp_xfer} holds the configuration key, which ends in
 * {@code .mover}; the summary holds the key with every trailing character of the set {@code .mover}
 * trimmed, which can cut into the name itself; people use the key without its suffix.
 */
public final class MoverNames {
  private static final String SUFFIX = ".mover";

  private MoverNames() {}

  /** The name people use: the key without the literal suffix {@code .mover}. */
  public static String canonical(String key) {
    return key.endsWith(SUFFIX) ? key.substring(0, key.length() - SUFFIX.length()) : key;
  }

  /**
   * The name the summary's function makes of a key: {@code rtrim(key, '.mover')}, a set of
   * characters. {@code LTO8_server.mover} becomes {@code LTO8_s}, {@code mover.mover} the empty
   * string. Trimming a name twice changes nothing.
   */
  public static String summaryName(String key) {
    int end = key.length();
    while (end > 0 && SUFFIX.indexOf(key.charAt(end - 1)) >= 0) {
      end--;
    }
    return key.substring(0, end);
  }

  /**
   * Orders names as people count: runs of digits by their number, other text by its letters without
   * regard to case, and equal ones by plain comparison so that the order is total.
   */
  public static Comparator<String> naturalOrder() {
    return MoverNames::compareNaturally;
  }

  private static int compareNaturally(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      if (isDigit(a.charAt(i)) && isDigit(b.charAt(j))) {
        int endA = endOfDigits(a, i);
        int endB = endOfDigits(b, j);
        int order = compareNumbers(a.substring(i, endA), b.substring(j, endB));
        if (order != 0) {
          return order;
        }
        i = endA;
        j = endB;
      } else {
        int order =
            Character.compare(
                Character.toLowerCase(a.charAt(i)), Character.toLowerCase(b.charAt(j)));
        if (order != 0) {
          return order;
        }
        i++;
        j++;
      }
    }
    int order = Integer.compare(a.length() - i, b.length() - j);
    return order != 0 ? order : a.compareTo(b);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static int endOfDigits(String text, int from) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int compareNumbers(String a, String b) {
    String left = a.replaceFirst("^0+(?=.)", "");
    String right = b.replaceFirst("^0+(?=.)", "");
    int order = Integer.compare(left.length(), right.length());
    return order != 0 ? order : left.compareTo(right);
  }
}

package org.enstore.accounting.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.measure.MoverNames;
import org.enstore.accounting.series.QueryFailure;

/**
 * Cuts lists of names into pages. A token holds the last name of the page before, so that names
 * that come or go between two pages shift nothing, and a mark of the request it belongs to.
 */
final class Pages {
  private static final int USUAL = 100;
  private static final int LARGEST = 1000;
  static final Comparator<String> ORDER = MoverNames.naturalOrder();

  private Pages() {}

  /**
   * Some of a list.
   *
   * @param next the token of the next page; empty when this is the last one
   */
  record Page(List<String> names, String next) {}

  /** Refuses a page size that is none. */
  static void check(int size) {
    if (size < 0) {
      throw QueryFailure.of(
          List.of(
              new Complaint("pageSize", "\"pageSize\" is " + size + "; it must not be negative.")));
    }
  }

  /**
   * One page of {@code names}, which are in natural order.
   *
   * @param request everything else that was asked, in words
   * @throws QueryFailure when the token is not one that this request was given
   */
  static Page cut(List<String> names, int size, String token, String request) {
    check(size);
    int most = size == 0 ? USUAL : Math.min(size, LARGEST);
    String mark = AccessList.digest(request).substring(7, 23);
    List<String> left = names;
    if (!token.isEmpty()) {
      String last = last(token, mark);
      left = names.stream().filter(name -> ORDER.compare(name, last) > 0).toList();
    }
    if (left.size() <= most) {
      return new Page(left, "");
    }
    List<String> page = left.subList(0, most);
    byte[] next = (mark + page.get(most - 1)).getBytes(StandardCharsets.UTF_8);
    return new Page(page, Base64.getUrlEncoder().withoutPadding().encodeToString(next));
  }

  private static String last(String token, String mark) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      if (text.startsWith(mark)) {
        return text.substring(mark.length());
      }
    } catch (IllegalArgumentException ignored) {
      // What is not of our making is refused below like a token of another request.
    }
    throw QueryFailure.of(
        List.of(
            new Complaint(
                "pageToken",
                "\"pageToken\" does not belong to this request; it must be empty or the"
                    + " next_page_token of an answer to the same request.")));
  }
}

package org.enstore.accounting.config;

/**
 * One thing that is wrong with what somebody wrote.
 *
 * @param field the path of the key it is about, such as {@code filters.mover.match}; empty when no
 *     single one is to blame
 * @param sentence what is wrong, what is permitted, what to do; holds no secret
 */
public record Complaint(String field, String sentence) {
  /** A complaint that begins, as the house's complaints do, with its key in quotes. */
  static Complaint of(String sentence) {
    int end = sentence.startsWith("\"") ? sentence.indexOf('"', 1) : -1;
    return new Complaint(end < 0 ? "" : sentence.substring(1, end), sentence);
  }
}

package org.enstore.accounting.series;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * How large the program of a regular expression in RE2 syntax would be, told from its text alone.
 * RE2/J spells repeats out before it knows how many there are, and follows groups by recursion: a
 * few characters may cost it all memory, or its stack. What is no regular expression has a size
 * too; RE2/J says what is wrong with it.
 */
final class PatternSize {
  /*
   * The text is read once, with a stack of its own for the open groups. An atom is what a repeat
   * refers to: a character, a class or a group. Its parts are its instructions, its depth that of
   * the tree that is walked to make them. x{2,5} becomes xx(x(x(x)?)?)?: max parts, and two levels
   * for each that may be left out.
   *
   * RE2/J folds the case of a character by going through those that differ from it in case alone,
   * until it is back. From some, such as U+1C80, it never comes back, and each new version of Java
   * may have more of them. Within ASCII it always does.
   */

  /** The most parts that a program may have: each is looked at for each character of a name. */
  static final long MOST_PARTS = 10_000;

  /** The most levels that its tree may have: each takes some of a thread's stack. */
  static final long MOST_LEVELS = 600;

  /** A class that covers many characters: its tables are long. */
  private static final long WIDE_CLASS_PARTS = 200;

  /** A group, the alternatives in it, and what follows one another in each. */
  private static final long GROUP_LEVELS = 3;

  /** RE2/J refuses longer repeats. */
  private static final long MOST_REPEATS = 1000;

  private static final long NOT_WRITTEN = -1;

  private static final int ASCII = 128;

  private final String text;
  private int at;
  private boolean foldsCase;
  private boolean leavesAscii;

  /** The groups that are open here, the innermost last, after the pattern itself. */
  private final Deque<Group> open = new ArrayDeque<>();

  private PatternSize(String text) {
    this.text = text;
    open.push(new Group());
  }

  /** What has been read of a group, its last atom apart. */
  private static final class Group {
    private long parts;
    private long levels;
    private long atomParts;
    private long atomLevels;

    void atom(long ofParts, long ofLevels) {
      parts = sum(parts, atomParts);
      levels = Math.max(levels, atomLevels);
      atomParts = ofParts;
      atomLevels = ofLevels;
    }

    void repeat(long min, long max) {
      long copies = Math.max(1, Math.max(min, max));
      atomParts = sum(product(atomParts, copies), copies);
      atomLevels = sum(atomLevels, 1 + 2 * Math.max(0, max - min));
    }
  }

  /**
   * Why {@code pattern} must not be compiled, as the rest of a sentence that begins with its name;
   * empty if it may.
   */
  static Optional<String> problem(String pattern) {
    PatternSize size = new PatternSize(pattern);
    return problem(size.whole()).or(size::foldingProblem);
  }

  /** About how many parts the program of {@code pattern} would have, and not fewer. */
  static long parts(String pattern) {
    return new PatternSize(pattern).whole().parts;
  }

  private Group whole() {
    while (at < text.length()) {
      read();
    }
    while (open.size() > 1) {
      close();
    }
    Group all = open.element();
    all.atom(0, 0);
    return all;
  }

  private static Optional<String> problem(Group all) {
    if (all.parts > MOST_PARTS) {
      return Optional.of(
          "is too large a regular expression: with its repeats written out it has %s parts, and it"
                  .formatted(all.parts == Long.MAX_VALUE ? "countless" : "about " + all.parts)
              + " must have at most "
              + MOST_PARTS
              + ". Repeat less, or fewer repeats within one another.");
    }
    if (all.levels > MOST_LEVELS) {
      return Optional.of(
          "is too deep a regular expression: its groups and repeats lie %s levels within one"
                  .formatted(all.levels)
              + " another, and they must lie at most "
              + MOST_LEVELS
              + " deep.");
    }
    return Optional.empty();
  }

  private Optional<String> foldingProblem() {
    return foldsCase && leavesAscii
        ? Optional.of(
            "ignores case (flag i) and has characters beyond ASCII, by themselves or in a class, of"
                + " which that cannot be done. Write both cases, such as [\u00c9\u00e9], and leave the"
                + " flag out.")
        : Optional.empty();
  }

  private void read() {
    char c = text.charAt(at++);
    Group group = open.element();
    switch (c) {
      case '(' -> {
        open.push(new Group());
        skipGroupFlags();
      }
      case ')' -> close();
      case '[' -> group.atom(classParts(), 1);
      case '*', '+' -> {
        group.repeat(1, 1);
        skipLazy();
      }
      case '?' -> {
        group.repeat(0, 1);
        skipLazy();
      }
      case '{' -> repeatOrBrace(group);
      case '\\' -> escape(group);
      // Beside the branch, what is nothing of "a|".
      case '|' -> group.atom(2, 1);
      default -> {
        leavesAscii |= c >= ASCII;
        group.atom(1, 1);
      }
    }
  }

  private void close() {
    if (open.size() == 1) {
      return;
    }
    Group closed = open.pop();
    closed.atom(0, 0);
    open.element().atom(sum(closed.parts, 3), closed.levels + GROUP_LEVELS);
  }

  /** {@code ?:}, {@code ?i:}, {@code ?P<name>} and the like, of which nothing is a part. */
  private void skipGroupFlags() {
    if (at < text.length() && text.charAt(at) == '?') {
      at++;
      int begin = at;
      while (at < text.length() && ":)>".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      foldsCase |= text.substring(begin, at).matches("[imsU]*i[imsU]*(-.*)?");
      if (at < text.length() && text.charAt(at) != ')') {
        at++;
      }
    }
  }

  private void skipLazy() {
    if (at < text.length() && text.charAt(at) == '?') {
      at++;
    }
  }

  /** {@code {2}}, {@code {2,}} or {@code {2,5}}; any other brace is a character. */
  private void repeatOrBrace(Group group) {
    int begin = at;
    long min = number();
    long max = min;
    boolean written = min != NOT_WRITTEN;
    if (written && at < text.length() && text.charAt(at) == ',') {
      at++;
      max = number();
      // As many as there may be are one more, repeated.
      max = max == NOT_WRITTEN ? min + 1 : max;
    }
    if (written && at < text.length() && text.charAt(at) == '}') {
      at++;
      group.repeat(min, Math.min(max, MOST_REPEATS + 1));
      skipLazy();
    } else {
      at = begin;
      group.atom(1, 1);
    }
  }

  private long number() {
    int begin = at;
    long number = 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      number = Math.min(MOST_REPEATS + 1, number * 10 + text.charAt(at) - '0');
      at++;
    }
    return at == begin ? NOT_WRITTEN : number;
  }

  private void escape(Group group) {
    char c = at < text.length() ? text.charAt(at++) : '\\';
    if (c == 'Q') {
      int end = text.indexOf("\\E", at);
      for (int stop = end < 0 ? text.length() : end; at < stop; at++) {
        leavesAscii |= text.charAt(at) >= ASCII;
        group.atom(1, 1);
      }
      at = end < 0 ? at : end + 2;
    } else {
      group.atom(escapedParts(c), 1);
    }
  }

  /** The parts of what begins with a backslash and {@code c}; skips the rest of it. */
  private long escapedParts(char c) {
    leavesAscii |= c == 'p' || c == 'P' || c == 'x' || c >= ASCII;
    if (c == 'p' || c == 'P') {
      int name = at;
      skipBraces();
      at = at == name ? Math.min(text.length(), at + 1) : at;
      return WIDE_CLASS_PARTS;
    }
    if (c == 'x') {
      skipBraces();
    }
    return 1;
  }

  private void skipBraces() {
    if (at < text.length() && text.charAt(at) == '{') {
      int end = text.indexOf('}', at);
      at = end < 0 ? text.length() : end + 1;
    }
  }

  /** The parts of a class in brackets, each of its ranges being one; skips it. */
  private long classParts() {
    long parts = 1;
    if (at < text.length() && text.charAt(at) == '^') {
      at++;
    }
    boolean first = true;
    while (at < text.length() && (first || text.charAt(at) != ']')) {
      first = false;
      char c = text.charAt(at++);
      if (c == '[' && at < text.length() && text.charAt(at) == ':') {
        int end = text.indexOf(":]", at);
        at = end < 0 ? at : end + 2;
        parts++;
      } else if (c == '\\' && at < text.length()) {
        char escaped = text.charAt(at++);
        parts = sum(parts, escapedParts(escaped));
      } else {
        leavesAscii |= c >= ASCII;
        parts++;
      }
    }
    at = Math.min(text.length(), at + 1);
    return parts;
  }

  private static long sum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static long product(long a, long b) {
    return a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
  }
}

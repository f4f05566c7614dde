package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternSizeTest {
  private static final long SEED = 20_261_201;

  /** Beside the parts: the instructions that begin and end every program, and nothing at all. */
  private static final int ENDS = 3;

  private static final List<String> PIECES =
      List.of(
          "a",
          "b|",
          "(",
          ")",
          "(?:",
          "(?i)",
          "(?P<n>",
          "[a-z]",
          "[^x]",
          "[[:alpha:]_]",
          "[]]",
          "[",
          "\\d",
          "\\pL",
          "\\p{Greek}",
          "\\x{10ffff}",
          "\\Qa{9}\\E",
          "\\",
          "*",
          "+?",
          "?",
          "{3}",
          "{2,}",
          "{0,7}",
          "{,4}",
          "{",
          "}",
          "^",
          "$",
          ".",
          "\u00e9",
          "\ud83d\ude00");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((((((((((a{10}){10}){10}){10}){10}){10}){10}){10}){10}){10}",
        "(?:(?:(?:a{1000}){1000}){1000}){1000}",
        "(a{0,100}){0,101}",
        "((((((a{5}){5,}){5}){5,}){5}){5}){5}",
        "(\\pL{40}){10}",
        "([a-z_.:;,+=]{50}){20}",
        "(\\Qaaaaaaaaaa\\E{999}){11}"
      })
  void nestedRepeats_areRefusedByASentence(String pattern) {
    assertThatThrownBy(() -> Filter.compile("match", pattern))
        .isInstanceOf(QueryFailure.class)
        .hasMessageStartingWith("\"match\" is too large a regular expression")
        .hasMessageContaining("at most 10000");
  }

  @Test
  void deepNesting_isRefusedByASentence() {
    for (String deep :
        List.of(
            "(".repeat(1000),
            "(".repeat(3000) + "a" + ")".repeat(3000),
            "a{0,1000}",
            "(a".repeat(400))) {
      assertThatThrownBy(() -> Filter.compile("match", deep))
          .isInstanceOf(QueryFailure.class)
          .hasMessageStartingWith("\"match\" is too deep a regular expression")
          .hasMessageContaining("at most 600");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?i)\u1c80",
        "(?si)[\u0400-\u1fff]",
        "(?i:[\\x{42}-\\x{2000}])",
        "(?i)\\pL",
        "(?i)\\Q\u1c80"
      })
  @Timeout(20)
  void caseBeyondAscii_isRefusedByASentence(String pattern) {
    assertThatThrownBy(() -> Filter.compile("match", pattern))
        .isInstanceOf(QueryFailure.class)
        .hasMessageStartingWith("\"match\" ignores case (flag i) and has characters beyond ASCII");
  }

  @Test
  void ordinaryPatterns_areCompiled() {
    StringBuilder names = new StringBuilder("^(");
    for (int i = 0; i < 800; i++) {
      names.append(i == 0 ? "" : "|").append("LTO8_").append(1000 + i);
    }
    for (String pattern :
        List.of(
            names + ")$",
            "(?i)tff2.*",
            "[A-Z]{1,3}[0-9]{2,}_\\d+",
            "^(?:L|T){0,9}$",
            ".{0,255}",
            "\u00c9tat|\\pL",
            "(?P<i>\u00e9)",
            "(?-i)\u00e9",
            "")) {
      assertThat(Filter.compile("match", pattern).pattern()).isEqualTo(pattern);
    }
  }

  @Test
  void size_isNeverBelowThatOfTheProgram() {
    Random random = new Random(SEED);
    int compiled = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder pattern = new StringBuilder();
      for (int piece = random.nextInt(12); piece >= 0; piece--) {
        pattern.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      String text = pattern.toString();
      try {
        if (PatternSize.problem(text).isPresent()) {
          continue;
        }
        long program = Pattern.compile(text).programSize();
        assertThat(PatternSize.parts(text) + ENDS).as(text).isGreaterThanOrEqualTo(program);
        compiled++;
      } catch (PatternSyntaxException ignored) {
        // Has a size all the same.
        assertThat(PatternSize.parts(text)).isNotNegative();
      }
    }
    assertThat(compiled).isGreaterThan(2000);
  }

  @Test
  @Timeout(20)
  void whatIsPermitted_isCompiledQuicklyOnASmallStack() throws InterruptedException {
    List<Throwable> thrown = new ArrayList<>();
    List<String> largest =
        List.of(
            "(".repeat(199) + "a" + ")".repeat(199),
            "(a|b".repeat(180) + ")".repeat(180),
            "a{0,299}",
            "[\\x{42}-\\x{1e942}]".repeat(400),
            "(?:[^\\pL]{24})",
            "(?i)[^a-z]{500}",
            "(?:.*){1000}",
            "a|".repeat(3000));
    Thread thread =
        new Thread(
            null,
            () -> {
              for (String pattern : largest) {
                long begin = System.nanoTime();
                Filter.compile("match", pattern).matcher("LTO8_001_foreign_mover").find();
                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as(pattern)
                    .isLessThan(Duration.ofSeconds(3));
              }
            },
            "small",
            512 << 10);
    thread.setUncaughtExceptionHandler((where, what) -> thrown.add(what));
    thread.start();
    thread.join();
    assertThat(thrown).isEmpty();
  }
}

package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Set;
import org.enstore.accounting.config.SettingsProblems;
import org.junit.jupiter.api.Test;

class AccessListTest {
  private static final Set<String> SOURCES = Set.of("fnal", "test");

  @Test
  void token_isKnownByItsDigest_withItsSources() {
    AccessList list =
        AccessList.parse(
            "# people\n\ntoken alice " + AccessList.digest("secret") + " fnal\n", SOURCES);

    Caller alice = list.ofToken("secret").orElseThrow();
    assertThat(alice.name()).isEqualTo("alice");
    assertThat(alice.maySee("fnal")).isTrue();
    assertThat(alice.maySee("test")).isFalse();
    assertThat(list.ofToken("Secret")).isEmpty();
    assertThat(list.ofToken("")).isEmpty();
    assertThat(list.ofSubject("alice")).isEmpty();
  }

  @Test
  void digest_isWhatSha256sumPrints() {
    assertThat(AccessList.digest("abc"))
        .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void certificate_isKnownByItsCommonName() {
    AccessList list = AccessList.parse("certificate monitor.example.org *", SOURCES);

    assertThat(list.ofSubject("monitor.example.org").orElseThrow().maySee("test")).isTrue();
  }

  @Test
  void everyWrongLine_isNamed_andNoDigestShown() {
    String digest = AccessList.digest("secret");
    assertThatExceptionOfType(SettingsProblems.class)
        .isThrownBy(
            () ->
                AccessList.parse(
                    "token alice secret fnal\ntoken bob "
                        + digest
                        + " fnl\nuser carol\ntoken d "
                        + digest
                        + " *\ntoken e "
                        + digest
                        + " *",
                    SOURCES))
        .satisfies(
            problems -> {
              assertThat(problems.problems()).hasSize(4);
              assertThat(problems.problems().get(0)).startsWith("line 1:").doesNotContain("secret");
              assertThat(problems.problems().get(1)).startsWith("line 2:").contains("fnl");
              assertThat(problems.problems().get(2)).startsWith("line 3:");
              assertThat(problems.problems().get(3)).startsWith("line 5:").contains("twice");
              assertThat(problems.getMessage()).doesNotContain(digest);
            });
  }
}

package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.postgres.HostPreference.View;
import org.junit.jupiter.api.Test;

final class HostPreferenceTest {
  private static final HostPort A = new HostPort("a", 8800);
  private static final HostPort B = new HostPort("b", 8800);
  private static final HostPort C = new HostPort("c", 8800);
  private static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");

  private final HostPreference preference = new HostPreference(List.of(A, B, C));

  @Test
  void unseen_theOrderOfTheSettingsCounts() {
    assertThat(preference.order()).containsExactly(A, B, C);
    assertThat(preference.chosen()).isEmpty();
  }

  @Test
  void equallyFresh_theFirstIsChosen() {
    look(behind(A, 4), behind(B, 0), behind(C, 0));

    assertThat(preference.chosen()).contains(A);
    assertThat(preference.order()).containsExactly(A, B, C);
  }

  @Test
  void atTheFirstLook_theFreshestIsChosen() {
    look(behind(A, 60), behind(B, 30), behind(C, 0));

    assertThat(preference.order()).containsExactly(C, A, B);
  }

  @Test
  void down_isLeftAtOnce_andReturnedToAfterThreeGoodLooks() {
    look(behind(A, 0), behind(B, 0), behind(C, 0));
    look(down(A), behind(B, 0), behind(C, 0));
    assertThat(preference.order()).containsExactly(B, C, A);

    look(behind(A, 0), behind(B, 0), behind(C, 0));
    look(behind(A, 0), behind(B, 0), behind(C, 0));
    assertThat(preference.chosen()).contains(B);
    look(behind(A, 0), behind(B, 0), behind(C, 0));
    assertThat(preference.chosen()).contains(A);
  }

  @Test
  void behind_isLeftAfterTwoLooks_andNotForASingleOne() {
    look(behind(A, 0), behind(B, 0));
    look(behind(A, 16), behind(B, 0));
    assertThat(preference.chosen()).contains(A);
    look(behind(A, 1), behind(B, 0));
    look(behind(A, 16), behind(B, 0));
    assertThat(preference.chosen()).contains(A);
    look(behind(A, 17), behind(B, 0));
    assertThat(preference.chosen()).contains(B);
  }

  @Test
  void betweenTheThresholds_nothingChanges() {
    look(behind(A, 0), behind(B, 0));
    for (int i = 0; i < 10; i++) {
      look(behind(A, 10), behind(B, 0));
      assertThat(preference.chosen()).contains(A);
    }
    look(down(A), behind(B, 0));
    for (int i = 0; i < 10; i++) {
      look(behind(A, 10), behind(B, 0));
      assertThat(preference.chosen()).contains(B);
    }
  }

  @Test
  void suspected_isLeftAtOnce() {
    look(behind(A, 0), behind(B, 0), behind(C, 0));
    preference.suspect(A);

    assertThat(preference.order()).containsExactly(B, C, A);
  }

  @Test
  void allDown_noneIsChosen_andAllAreTried() {
    look(down(A), down(B), down(C));

    assertThat(preference.chosen()).isEmpty();
    assertThat(preference.order()).containsExactly(A, B, C);
  }

  @Test
  void nothingKnownOfReplay_theFirstThatAnswersIsChosen() {
    look(down(A), new View(B, true, Instant.EPOCH), new View(C, true, Instant.EPOCH));

    assertThat(preference.chosen()).contains(B);
  }

  private void look(View... views) {
    preference.take(List.of(views));
  }

  private static View behind(HostPort host, int seconds) {
    return new View(host, true, NOW.minusSeconds(seconds));
  }

  private static View down(HostPort host) {
    return new View(host, false, Instant.EPOCH);
  }
}

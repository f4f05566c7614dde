package org.enstore.accounting.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class SiteTest {
  private static final ZoneId MOSCOW = ZoneId.of("Europe/Moscow");
  private static final Instant NOW = Instant.parse("2026-03-31T22:30:00Z");

  @Test
  void usual_endsNowOnTheSitesOwnDay() {
    Site site = Site.usual(MOSCOW, NOW);
    assertThat(site.today()).isEqualTo(LocalDate.of(2026, 4, 1));
    assertThat(site.from()).isEqualTo(LocalDate.of(2023, 4, 1));
    assertThat(site.withYears(1).from()).isEqualTo(LocalDate.of(2025, 4, 1));
  }

  @Test
  void impossibleSites_areRefused() {
    Site site = Site.usual(MOSCOW, NOW);
    assertThatThrownBy(() -> site.withMovers(15)).hasMessageContaining("not 15");
    assertThatThrownBy(() -> site.withTransfersPerDay(0)).hasMessageContaining("not 0");
    assertThatThrownBy(() -> site.withYears(0)).hasMessageContaining("two days");
  }
}

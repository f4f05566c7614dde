package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.Executors;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.grafana.InstanceRegistry.SourceId;
import org.enstore.accounting.series.InMemoryTransferSource;
import org.enstore.accounting.series.LiveFeed;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedEnginesTest {
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");
  private static final SourceId GRAFANA = new SourceId("org-1", "a");
  private static final SourceId SERVICE = new SourceId("service", "fnal");

  private final SharedEngines engines =
      new SharedEngines(
          (id, settings) ->
              new SeriesEngine(
                  new InMemoryTransferSource(CHICAGO, () -> NOW),
                  settings,
                  () -> NOW,
                  Executors.newSingleThreadExecutor()),
          100L << 20);

  @AfterEach
  void close() {
    engines.close();
  }

  @Test
  void open_equalSettingsShareAnEngine_othersDoNot() {
    SeriesEngine first = engines.open(GRAFANA, settings("one"));

    assertThat(engines.open(SERVICE, settings("one"))).isSameAs(first);
    assertThat(engines.open(SERVICE, settings("another"))).isNotSameAs(first);
  }

  @Test
  void close_endsTheEngineWithItsLastUser() {
    SeriesEngine shared = engines.open(GRAFANA, settings("one"));
    engines.open(SERVICE, settings("one"));

    engines.close(shared);
    assertThat(isOpen(shared)).isTrue();
    engines.close(shared);
    assertThat(isOpen(shared)).isFalse();
    assertThat(engines.open(GRAFANA, settings("one"))).isNotSameAs(shared);
  }

  @Test
  void caches_areAsLargeAsTheSettingsSay_whereTogetherTheyFit() {
    SeriesEngine first = engines.open(GRAFANA, settings("one"));
    assertThat(first.stats().cacheLimitBytes()).isEqualTo(64L << 20);

    SeriesEngine second = engines.open(SERVICE, settings("another"));
    assertThat(first.stats().cacheLimitBytes()).isEqualTo(50L << 20);
    assertThat(second.stats().cacheLimitBytes()).isEqualTo(50L << 20);

    engines.close(first);
    assertThat(second.stats().cacheLimitBytes()).isEqualTo(64L << 20);
  }

  @Test
  void open_afterTheEnd_isRefused() {
    SeriesEngine shared = engines.open(GRAFANA, settings("one"));
    engines.close();

    assertThat(isOpen(shared)).isFalse();
    assertThatThrownBy(() -> engines.open(GRAFANA, settings("one")))
        .isInstanceOf(QueryFailure.class)
        .hasMessageContaining("shutting down");
  }

  /** An engine that ended has ended its feed. */
  private static boolean isOpen(SeriesEngine engine) {
    LiveFeed feed = engine.live(Transfers.DATASET);
    return !feed.isClosed();
  }

  private static SourceSettings settings(String password) {
    return SourceSettingsLoader.load(
        new RawSettings(
            "memory",
            "",
            "",
            Map.of("siteTimeZone", CHICAGO.getId()),
            Map.of("password", password)));
  }
}

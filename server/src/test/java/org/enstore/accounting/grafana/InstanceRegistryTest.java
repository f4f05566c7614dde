package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.enstore.accounting.config.SettingsProblems;
import org.enstore.accounting.grafana.InstanceRegistry.Lease;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InstanceRegistryTest {
  private static final String ZONE =
      "{\"siteTimeZone\":\"America/Chicago\",\"idleEviction\":\"1m\"}";

  private final AtomicLong nanos = new AtomicLong();
  private final MemoryEngines engines = new MemoryEngines();
  private final InstanceRegistry registry = new InstanceRegistry(engines::build, nanos::get);

  @AfterEach
  void close() {
    registry.close();
  }

  private static PluginContext context(long savedAt) {
    return ServedServices.context("one", savedAt, ZONE);
  }

  private SeriesEngine use(PluginContext context) {
    try (Lease lease = registry.acquire(context)) {
      return lease.engine();
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    registry.sweep();
  }

  private boolean isClosed(int engine) {
    return engines.built.get(engine).source().isClosed();
  }

  @Test
  void acquire_sameSettings() {
    assertThat(use(context(1))).isSameAs(use(context(1)));
    assertThat(engines.built).hasSize(1);
  }

  @Test
  void acquire_renamedOnly() {
    PluginContext.Builder renamed = context(1).toBuilder();
    renamed.getDataSourceInstanceSettingsBuilder().setName("Other").setId(7).setApiVersion("v1");
    assertThat(use(renamed.build())).isSameAs(use(context(1)));
  }

  @Test
  void acquire_otherTenantsAndSources() {
    SeriesEngine one = use(context(1));
    assertThat(use(context(1).toBuilder().setOrgId(2).build())).isNotSameAs(one);
    assertThat(use(context(1).toBuilder().setNamespace("stack-1").build())).isNotSameAs(one);
    assertThat(use(ServedServices.context("two", 1, ZONE))).isNotSameAs(one);
    assertThat(registry.engines()).hasSize(4);
  }

  @Test
  void acquire_savedAgain() {
    SeriesEngine old = use(context(1));
    assertThat(use(context(2))).isNotSameAs(old);
    assertThat(isClosed(0)).isFalse();
    pass(InstanceRegistry.GRACE.minusMillis(1));
    assertThat(isClosed(0)).isFalse();
    pass(Duration.ofMillis(1));
    assertThat(isClosed(0)).isTrue();
    assertThat(isClosed(1)).isFalse();
  }

  @Test
  void acquire_secretChanged() {
    SeriesEngine old = use(context(1));
    PluginContext.Builder changed = context(1).toBuilder();
    changed.getDataSourceInstanceSettingsBuilder().putDecryptedSecureJsonData("password", "new");
    assertThat(use(changed.build())).isNotSameAs(old);
    assertThat(engines.last().settings().password().reveal()).isEqualTo("new");
  }

  @Test
  void acquire_anOlderRequestOvertaken() {
    SeriesEngine now = use(context(2));
    assertThat(use(context(1))).isSameAs(now);
    assertThat(engines.built).hasSize(1);
  }

  @Test
  void sweep_waitsForLeases() {
    Lease lease = registry.acquire(context(1));
    use(context(2));
    pass(InstanceRegistry.GRACE.multipliedBy(10));
    assertThat(isClosed(0)).isFalse();
    lease.close();
    lease.close();
    pass(Duration.ZERO);
    assertThat(isClosed(0)).isTrue();
  }

  @Test
  void sweep_idle() {
    use(context(1));
    pass(Duration.ofSeconds(59));
    assertThat(isClosed(0)).isFalse();
    use(context(1));
    pass(Duration.ofSeconds(59));
    assertThat(isClosed(0)).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(isClosed(0)).isTrue();
    assertThat(registry.engines()).isEmpty();
    use(context(1));
    assertThat(engines.built).hasSize(2);
  }

  @Test
  void sweep_leasedIsNotIdle() {
    try (Lease lease = registry.acquire(context(1))) {
      pass(Duration.ofHours(1));
      assertThat(isClosed(0)).isFalse();
      assertThat(lease.engine()).isNotNull();
    }
  }

  @Test
  void acquireIfBuilt() {
    assertThat(registry.acquireIfBuilt(context(1))).isEmpty();
    SeriesEngine engine = use(context(1));
    assertThat(registry.acquireIfBuilt(context(1)))
        .hasValueSatisfying(
            lease -> {
              assertThat(lease.engine()).isSameAs(engine);
              lease.close();
            });
    assertThat(registry.acquireIfBuilt(context(2))).isEmpty();
    assertThat(registry.acquireIfBuilt(PluginContext.getDefaultInstance())).isEmpty();
  }

  @Test
  void acquire_badSettings() {
    PluginContext bad = ServedServices.context("one", 1, "{\"poolSize\":0,\"x\":1}");
    assertThatThrownBy(() -> registry.acquire(bad)).isInstanceOf(SettingsProblems.class);
    assertThatThrownBy(() -> registry.acquire(ServedServices.context("one", 1, "{")))
        .isInstanceOf(SettingsProblems.class)
        .hasMessageContaining("jsonData");
    assertThat(registry.engines()).isEmpty();
    use(context(2));
    assertThat(engines.built).hasSize(1);
  }

  @Test
  void acquire_goodSettingsTurnedBad() {
    use(context(1));
    assertThatThrownBy(() -> registry.acquire(ServedServices.context("one", 2, "{\"poolSize\":0}")))
        .isInstanceOf(SettingsProblems.class);
    pass(InstanceRegistry.GRACE);
    assertThat(isClosed(0)).isTrue();
  }

  @Test
  void acquire_manyAtOnce_buildsOnce() throws InterruptedException {
    Set<SeriesEngine> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  go.await();
                  seen.add(use(context(1)));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      thread.start();
      threads.add(thread);
    }
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(seen).hasSize(1);
    assertThat(engines.built).hasSize(1);
  }

  @Test
  void close_closesAll() {
    Lease lease = registry.acquire(context(1));
    use(context(2));
    registry.close();
    assertThat(isClosed(0)).isTrue();
    assertThat(isClosed(1)).isTrue();
    lease.close();
    assertThatThrownBy(() -> registry.acquire(context(2))).isInstanceOf(QueryFailure.class);
  }
}

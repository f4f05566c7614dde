package org.enstore.accounting.grafana;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.series.InMemoryTransferSource;
import org.enstore.accounting.series.SeriesEngine;

/** Builds engines over transfers in memory, and remembers them. */
final class MemoryEngines {
  static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");

  /** The data source whose movers alone begin with its name, so that they are known elsewhere. */
  static final String FOREIGN = "foreign";

  /** The settings and the source of each engine, in the order they were built. */
  record Built(SourceSettings settings, InMemoryTransferSource source) {}

  final List<Built> built = new ArrayList<>();

  synchronized SeriesEngine build(InstanceRegistry.SourceId id, SourceSettings settings) {
    InMemoryTransferSource source = new InMemoryTransferSource(CHICAGO, () -> NOW);
    String prefix = id.uid().equals(FOREIGN) ? FOREIGN + "_" : "";
    for (int day = 10; day < 20; day++) {
      for (String mover : List.of("LTO8_10", "LTO8_9", "disk_1")) {
        source.add(
            new InMemoryTransferSource.Transfer(
                LocalDateTime.of(2025, 6, day, 12, 0),
                prefix + mover + ".mover",
                mover.startsWith("disk") ? "DiskDriver" : "FTTDriver",
                Direction.READ,
                1L << 30,
                "cms",
                "LTO8",
                "LTO8",
                "TS4500"));
      }
    }
    built.add(new Built(settings, source));
    ThreadPoolExecutor loaders =
        new ThreadPoolExecutor(2, 2, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    return new SeriesEngine(source, settings, () -> NOW, loaders);
  }

  synchronized Built last() {
    return built.get(built.size() - 1);
  }
}

package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.TimeRange;

/** A site in Chicago with rows in memory, an engine over it, and a clock that tests set. */
final class MemorySite implements AutoCloseable {
  static final ZoneId CHICAGO = ZoneId.of("America/Chicago");

  /** Noon at the site. */
  static final Instant NOON = Instant.parse("2025-06-20T17:00:00Z");

  final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  final InMemoryTransferSource source = new InMemoryTransferSource(CHICAGO, now::get);
  final SeriesEngine engine = engine(SourceSettings.Limits.DEFAULT);

  /** Another engine over the same rows, which the caller closes. */
  SeriesEngine engine(SourceSettings.Limits limits) {
    return new SeriesEngine(
        source,
        settings(CHICAGO, SourceSettings.Connections.DEFAULT, limits),
        now::get,
        Executors.newFixedThreadPool(2));
  }

  /** Settings of a source in memory, for all that no test varies. */
  static SourceSettings settings(
      ZoneId zone, SourceSettings.Connections connections, SourceSettings.Limits limits) {
    return new SourceSettings(
        List.of(new HostPort("memory", 8800)),
        "accounting",
        "enstore_reader",
        new Secret(""),
        new TlsSettings(
            TlsSettings.Mode.DISABLE, "", new Secret(""), new Secret(""), new Secret("")),
        zone,
        true,
        false,
        connections,
        SourceSettings.Freshness.DEFAULT,
        limits);
  }

  /** A transfer of everyday kind, by a mover whose class its name tells. */
  MemorySite transfer(String local, String mover, Direction direction, long bytes) {
    return transfer(local, mover, direction, bytes, "cms", "CD-LTO8G1", "ULT3580-TD8");
  }

  MemorySite transfer(
      String local,
      String mover,
      Direction direction,
      long bytes,
      String storageGroup,
      String library,
      String driveType) {
    source.add(
        new InMemoryTransferSource.Transfer(
            LocalDateTime.parse(local),
            mover,
            driver(mover),
            direction,
            bytes,
            storageGroup,
            library,
            driveType,
            "TS4500G1.media_changer"));
    return this;
  }

  MemorySite summary(String day, String mover, long read, long written) {
    source.add(new InMemoryTransferSource.SummaryRow(LocalDate.parse(day), mover, read, written));
    return this;
  }

  /** The time from the beginning of one site-local day to that of another. */
  static TimeRange days(String from, String to) {
    return new TimeRange(midnight(from), midnight(to));
  }

  static Instant midnight(String day) {
    return LocalDate.parse(day).atStartOfDay(CHICAGO).toInstant();
  }

  static Instant local(String wallClock) {
    return LocalDateTime.parse(wallClock).atZone(CHICAGO).toInstant();
  }

  private static String driver(String mover) {
    return switch (MoverClass.ofName(mover)) {
      case NULL -> "NullDriver";
      case DISK -> "DiskDriver";
      case TAPE -> "FTTDriver";
    };
  }

  @Override
  public void close() {
    engine.close();
  }
}

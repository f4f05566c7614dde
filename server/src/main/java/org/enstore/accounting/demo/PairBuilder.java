package org.enstore.accounting.demo;

import java.io.IOException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a {@link ReplicatedPair} is to be like; {@link #start} makes it. Not thread-safe. */
public final class PairBuilder {
  final Map<String, String> settings = new LinkedHashMap<>();
  final Map<String, String> standbySettings = new LinkedHashMap<>();
  Programs.@Nullable Source programs;
  ReplicatedPair.@Nullable Preparation preparation;
  ReplicatedPair.@Nullable Tls tls;
  ZoneId zone = ZoneId.of("UTC");
  Clock clock = Clock.systemUTC();
  Progress progress = Progress.silent();
  int primaryPort;
  int standbyPort;
  int standbys = 1;

  PairBuilder() {}

  /** The programs to run. Default: the bundled ones. */
  public PairBuilder binaries(PostgresBinaries chosen) {
    return programs(InstalledPrograms.of(chosen));
  }

  /** How to run PostgreSQL's programs. Default: the bundled ones, as processes of this one. */
  PairBuilder programs(Programs.Source chosen) {
    this.programs = chosen;
    return this;
  }

  /** The site's zone, which the servers take for their own. Default: UTC. */
  public PairBuilder zone(ZoneId site) {
    this.zone = site;
    return this;
  }

  /** The ports, 0 for any that is free. Default: 0 and 0. */
  public PairBuilder ports(int ofPrimary, int ofStandby) {
    this.primaryPort = ofPrimary;
    this.standbyPort = ofStandby;
    return this;
  }

  /** How many standbys stream from the primary, at least 1; all but the first on free ports. */
  public PairBuilder standbys(int count) {
    this.standbys = count;
    return this;
  }

  /** A setting of both servers, as in postgresql.conf. */
  public PairBuilder setting(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** A setting of the standby alone, such as {@code max_standby_streaming_delay}. */
  public PairBuilder standbySetting(String name, String value) {
    standbySettings.put(name, value);
    return this;
  }

  /** Has both servers offer TLS. Default: they do not. */
  public PairBuilder tls(ReplicatedPair.Tls offered) {
    this.tls = offered;
    return this;
  }

  /** What to fill the primary with before the standby is made. Default: nothing. */
  public PairBuilder preparation(ReplicatedPair.Preparation filling) {
    this.preparation = filling;
    return this;
  }

  public PairBuilder progress(Progress told) {
    this.progress = told;
    return this;
  }

  public PairBuilder clock(Clock measuringWaits) {
    this.clock = measuringWaits;
    return this;
  }

  /**
   * Starts both servers and returns once the standby streams.
   *
   * @throws IOException when PostgreSQL does not start, with the end of its log
   */
  public ReplicatedPair start() throws IOException, InterruptedException {
    return ReplicatedPair.start(this);
  }
}

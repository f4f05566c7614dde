package org.enstore.accounting.config;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * The settings of one data source: one accounting database and its standbys.
 *
 * @param siteTimeZoneSet whether somebody chose the zone; UTC is only a guess
 * @param allowPrimary whether reading a primary is allowed
 * @param monitoring how to look at the primary's side of replication; empty for not at all
 */
public record SourceSettings(
    List<HostPort> hosts,
    String database,
    String user,
    Secret password,
    TlsSettings tls,
    ZoneId siteTimeZone,
    boolean siteTimeZoneSet,
    boolean allowPrimary,
    Connections connections,
    Freshness freshness,
    Limits limits,
    Optional<Monitoring> monitoring) {
  public SourceSettings {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("at least one host is needed");
    }
  }

  /** Settings that leave the primary alone. */
  public SourceSettings(
      List<HostPort> hosts,
      String database,
      String user,
      Secret password,
      TlsSettings tls,
      ZoneId siteTimeZone,
      boolean siteTimeZoneSet,
      boolean allowPrimary,
      Connections connections,
      Freshness freshness,
      Limits limits) {
    this(
        hosts,
        database,
        user,
        password,
        tls,
        siteTimeZone,
        siteTimeZoneSet,
        allowPrimary,
        connections,
        freshness,
        limits,
        Optional.empty());
  }

  /** The same settings for the monitoring role on the primary, if there is one. */
  public Optional<SourceSettings> ofMonitoring() {
    return monitoring.map(
        role ->
            new SourceSettings(
                List.of(role.primary()),
                database,
                role.user(),
                role.password(),
                tls,
                siteTimeZone,
                siteTimeZoneSet,
                true,
                connections,
                freshness,
                limits));
  }

  /**
   * How the primary's side of replication is looked at. Its tables are not read.
   *
   * @param primary the primary's address
   * @param user a role that may see the server's statistics
   */
  public record Monitoring(HostPort primary, String user, Secret password) {}

  /**
   * How the database is connected to.
   *
   * @param poolSize connections per host, 1 to 16
   * @param connectTimeout how long a connection may take to open, 1 s to 60 s
   * @param statementTimeout how long one statement may run on the server, 1 s to 10 min
   * @param idleEviction after how long without a request the pools are closed, 1 min to 24 h
   */
  public record Connections(
      int poolSize, Duration connectTimeout, Duration statementTimeout, Duration idleEviction) {
    public static final Connections DEFAULT =
        new Connections(4, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(30));
  }

  /**
   * How old numbers may be, and when to say so.
   *
   * @param lookBackDays how many completed days are read again for late rows, 0 to 60
   * @param openRefresh how old the running day's numbers may be, 1 s to 10 min
   * @param recentRefresh how old the numbers of the look-back days may be, 10 s to 24 h
   * @param lagWarning replay lag from which answers carry a warning, 1 s to 7 d
   * @param summaryWarningDays days by which the summary may be behind the transfers before answers
   *     carry a warning, 1 to 365
   */
  public record Freshness(
      int lookBackDays,
      Duration openRefresh,
      Duration recentRefresh,
      Duration lagWarning,
      int summaryWarningDays) {
    public static final Freshness DEFAULT =
        new Freshness(7, Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofMinutes(5), 2);
  }

  /**
   * How much is answered and kept.
   *
   * @param moverLookBackDays how far back lists of names look unless asked otherwise, 1 to 7300
   * @param maxSeries series in one answer, 1 to 2000
   * @param maxPoints values in one answer, 1,000 to 10,000,000
   * @param cacheBytes room for blocks, finished answers and the buffers of reads together, in
   *     bytes, 16 MiB to 4 GiB
   * @param partialAfter how long a question may take before it is answered in part, 1 s to 29 s
   */
  public record Limits(
      int moverLookBackDays,
      int maxSeries,
      long maxPoints,
      long cacheBytes,
      Duration partialAfter) {
    public static final Limits DEFAULT =
        new Limits(90, 500, 1_000_000, 64L << 20, Duration.ofSeconds(20));
  }
}

package org.enstore.accounting.config;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Database;

/**
 * The settings of one data source: the accounting database and its standbys, and Enstore's other
 * databases as far as they are named.
 *
 * @param siteTimeZoneSet whether somebody chose the zone; UTC is only a guess
 * @param allowPrimary whether reading a primary is allowed
 * @param monitoring how to look at the primary's side of replication; empty for not at all
 * @param part which of Enstore's databases {@code hosts} and {@code database} are about
 * @param others the other databases that are named, by which they are; see {@link #of}
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
    Optional<Monitoring> monitoring,
    Database part,
    Map<Database, OtherDatabase> others) {
  public SourceSettings {
    hosts = List.copyOf(hosts);
    others = Map.copyOf(others);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("at least one host is needed");
    }
  }

  /** Settings of the accounting database alone, which leave the primary alone. */
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
        Optional.empty(),
        Database.ACCOUNTING,
        Map.of());
  }

  /** The same settings for {@code wanted} alone; empty when it is not named. */
  public Optional<SourceSettings> of(Database wanted) {
    return wanted == part
        ? Optional.of(this)
        : Optional.ofNullable(others.get(wanted))
            .map(
                other ->
                    new SourceSettings(
                        other.hosts(),
                        other.database(),
                        other.user(),
                        other.password(),
                        other.tls(),
                        siteTimeZone,
                        siteTimeZoneSet,
                        other.allowPrimary(),
                        new Connections(
                            other.poolSize(),
                            connections.connectTimeout(),
                            connections.statementTimeout(),
                            connections.idleEviction()),
                        freshness,
                        limits,
                        Optional.empty(),
                        wanted,
                        Map.of()));
  }

  /** What {@code setting} of accounting is called for this database, such as drivestatPoolSize. */
  public String key(String setting) {
    return part == Database.ACCOUNTING
        ? setting
        : part.id() + setting.substring(0, 1).toUpperCase(Locale.ROOT) + setting.substring(1);
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
   * A database beside accounting.
   *
   * @param allowPrimary whether reading a primary is allowed
   * @param poolSize connections per host, 1 to 16
   */
  public record OtherDatabase(
      List<HostPort> hosts,
      String database,
      String user,
      Secret password,
      TlsSettings tls,
      boolean allowPrimary,
      int poolSize) {
    /** Unless the settings say otherwise. */
    public static final int DEFAULT_POOL_SIZE = 2;

    public OtherDatabase {
      hosts = List.copyOf(hosts);
    }
  }

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

package org.enstore.accounting.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.measure.TimeText;
import org.enstore.accounting.series.Health;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReplayLag;
import org.jspecify.annotations.Nullable;

/**
 * Tries every host of a data source on a fresh connection of its own, and says what it finds and
 * what to do about it. It uses neither the pools nor what was remembered: it must tell what is true
 * now.
 */
final class HealthCheck {
  private static final String SEEN = "seen: ";

  private final SourceSettings settings;
  private final Catalogue catalogue;
  private final InstantSource clock;
  private final WallClock wallClock;
  private final SqlFailures failures;
  private final Executor lookers;

  /**
   * A check of these settings.
   *
   * @param lookers runs the looks at the hosts side by side
   */
  HealthCheck(
      SourceSettings settings,
      InstantSource clock,
      WallClock wallClock,
      SqlFailures failures,
      Executor lookers) {
    this.settings = settings;
    this.catalogue = Catalogue.ENSTORE.of(settings.part());
    this.clock = clock;
    this.wallClock = wallClock;
    this.failures = failures;
    this.lookers = lookers;
  }

  /** What one host said: either facts and a look, or a failure. */
  private record Finding(
      HostPort host,
      @Nullable HostFacts facts,
      StateQuery.@Nullable Look look,
      @Nullable QueryFailure failure) {}

  /** Tries the hosts side by side, each for no longer than the connect timeout allows. */
  Health check(List<Connector> connectors) {
    Optional<CompletableFuture<String>> primary =
        settings
            .ofMonitoring()
            .map(own -> CompletableFuture.supplyAsync(() -> primarySide(own), lookers));
    List<Finding> findings =
        connectors.stream()
            .map(host -> CompletableFuture.supplyAsync(() -> tried(host), lookers))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    Optional<Finding> chosen =
        findings.stream()
            .filter(finding -> finding.facts() != null && finding.facts().standby())
            .findFirst()
            .or(
                () ->
                    findings.stream()
                        .filter(finding -> finding.facts() != null && settings.allowPrimary())
                        .findFirst());
    Map<String, String> details = new LinkedHashMap<>();
    List<String> advice = new ArrayList<>();
    String sentence;
    boolean ok;
    if (chosen.isPresent()) {
      HostFacts facts = chosen.get().facts();
      StateQuery.Look look = chosen.get().look();
      if (facts == null || look == null) {
        throw new IllegalStateException("a chosen host has been looked at");
      }
      ok = isAnswerable(facts);
      sentence = sentence(chosen.get().host(), facts, look, ok);
      describe(chosen.get().host(), facts, look, details);
      advise(facts, look, advice);
    } else {
      ok = false;
      sentence =
          findings.size() == 1
              ? describe(findings.get(0))
              : "None of the hosts can be read: " + describe(findings.get(0));
    }
    for (Finding finding : findings) {
      if (findings.size() > 1 && !chosen.equals(Optional.of(finding))) {
        details.put("Host " + finding.host(), describe(finding));
        if (chosen.isPresent() && finding.failure() != null) {
          advice.add(describe(finding));
        }
      }
    }
    primary
        .map(CompletableFuture::join)
        .ifPresent(
            finding -> {
              details.put("Primary", finding);
              if (!finding.startsWith(SEEN)) {
                advice.add(capital(finding));
              }
            });
    if (!settings.siteTimeZoneSet() && isAccounting()) {
      advice.add(zoneNotSet(chosen.map(Finding::facts)));
    }
    return new Health(ok, sentence, details, advice);
  }

  private Finding tried(Connector connector) {
    Duration timeout = settings.connections().connectTimeout();
    try (Connection connection = connector.openToLook(timeout)) {
      HostFacts facts = HostFacts.inspect(connection, settings.part());
      StateQuery.Look look =
          new StateQuery(wallClock, settings.user(), clock).look(connection, facts);
      return new Finding(connector.host(), facts, look, null);
    } catch (SQLException | RuntimeException e) {
      return new Finding(
          connector.host(), null, null, failures.of(e, connector.host(), "testing the connection"));
    }
  }

  /** What the monitoring role finds on the primary. */
  private static String primarySide(SourceSettings own) {
    HostPort host = own.hosts().get(0);
    Connector connector = new Connector(host, own, "enstore-accounting health");
    try (Connection connection = connector.openToLook(own.connections().connectTimeout())) {
      if (Replay.look(connection).inRecovery()) {
        return host + " is a standby: set primaryHost to the primary's address.";
      }
      PrimaryLook side = PrimaryLook.take(connection);
      if (!side.maySeeSenders()) {
        return host
            + ": "
            + own.user()
            + " may not see the standbys' connections. Run on the primary: GRANT"
            + " pg_read_all_stats TO "
            + Identifiers.quoted(own.user())
            + ";";
      }
      return SEEN
          + host
          + " as "
          + own.user()
          + ", standbys connected: "
          + side.senders().size()
          + ", archive: "
          + side.archive().state();
    } catch (SQLException | RuntimeException e) {
      return new SqlFailures(own).of(e, host, "testing the connection").sentence();
    }
  }

  private boolean isAccounting() {
    return settings.part() == Database.ACCOUNTING;
  }

  /** Whether any panel can be answered: of accounting, that is one of transfers. */
  private boolean isAnswerable(HostFacts facts) {
    return isAccounting()
        ? facts.isReadable(Transfers.FACTS) || facts.isReadable(Transfers.SUMMARY)
        : tables().isEmpty() || tables().stream().anyMatch(facts::isReadable);
  }

  private List<SourceTable> tables() {
    return catalogue.tables();
  }

  private String sentence(HostPort host, HostFacts facts, StateQuery.Look look, boolean ok) {
    String server =
        (facts.standby() ? "standby " : "primary ") + host + ", PostgreSQL " + facts.version();
    if (!ok) {
      return "Connected to "
          + server
          + ", but no table can be read: "
          + facts.problem(tables().get(0)).map(HostFacts.Problem::sentence).orElse("");
    }
    if (!isAccounting()) {
      return "Connected to "
          + server
          + ". Replay lag: "
          + lag(look)
          + ". Tables that can be read: "
          + readable(facts)
          + ".";
    }
    return "Connected to "
        + server
        + ". Replay lag: "
        + lag(look)
        + ". Last summary day: "
        + day(facts, look)
        + ". Newest transfer: "
        + newest(facts, look)
        + ".";
  }

  private void describe(
      HostPort host, HostFacts facts, StateQuery.Look look, Map<String, String> details) {
    details.put("Host", host.toString());
    details.put(
        "Server",
        "PostgreSQL " + facts.version() + ", " + (facts.standby() ? "standby" : "primary"));
    details.put("Database", settings.database() + " as " + facts.user());
    details.put(
        "Encryption",
        settings.tls().mode() == TlsSettings.Mode.DISABLE
            ? "none"
            : "TLS, " + settings.tls().mode().text());
    details.put("Replay lag", lag(look));
    if (!isAccounting()) {
      details.put("Tables", readable(facts));
      return;
    }
    details.put("Last summary day", day(facts, look));
    details.put("Newest transfer", newest(facts, look));
    details.put(
        "Time zone", settings.siteTimeZone() + (settings.siteTimeZoneSet() ? "" : " (not set)"));
  }

  private void advise(HostFacts facts, StateQuery.Look look, List<String> advice) {
    for (TableReader reader : TableReaders.of(settings.part())) {
      facts.problem(reader.table()).ifPresent(problem -> advice.add(capital(problem.sentence())));
    }
    if (facts.anyBytes()) {
      advice.add(
          "The database is encoded as SQL_ASCII, so its texts may hold any bytes; where they are no"
              + " UTF-8, names are shown with the replacement character �.");
    }
    HostFacts.Columns raw = facts.table(Transfers.FACTS);
    if (facts.isReadable(Transfers.FACTS)) {
      for (String column : List.of("mover", "driver", "storage_group", "library", "drive_id")) {
        if (!raw.has(column)) {
          advice.add(
              "encp_xfer has no column "
                  + column
                  + " here: queries that group or filter by it will fail.");
        }
      }
    }
    if (lagOf(look) instanceof ReplayLag.Unknown unknown) {
      advice.add("The replay lag is unknown: " + unknown.reason() + end(unknown.reason()));
    }
    if (lagOf(look) instanceof ReplayLag.Known known
        && known.lag().compareTo(settings.freshness().lagWarning()) >= 0) {
      advice.add(
          "The standby is "
              + TimeText.of(known.lag())
              + " behind its primary. Check its log and pg_stat_wal_receiver.");
    }
    summaryAdvice(look).ifPresent(advice::add);
    for (Dataset dataset : catalogue.datasets()) {
      for (Rollup rollup : dataset.rollups()) {
        advice.addAll(look.extent(rollup.table()).oddities(rollup.table(), rollup.noun()));
      }
      advice.addAll(look.extent(dataset.facts()).oddities(dataset.facts(), dataset.noun()));
    }
    Instant now = clock.instant();
    look.ahead(Transfers.FACTS)
        .map(wallClock::instant)
        .ifPresent(
            newest ->
                advice.add(
                    "Some transfers are dated up to "
                        + TimeText.of(Duration.between(now, newest))
                        + " ahead of now. Check siteTimeZone, and the clocks of the clients."));
    if (settings.siteTimeZoneSet() && isAccounting()) {
      zoneOf(facts)
          .filter(zone -> differs(zone, settings.siteTimeZone(), now))
          .ifPresent(
              zone ->
                  advice.add(
                      "The server keeps its log in "
                          + zone
                          + ", siteTimeZone is "
                          + settings.siteTimeZone()
                          + ". Check which of them Enstore's accounting server ran in."));
    }
    if (facts.isReadable(Transfers.FACTS) && !facts.moverDateIndex()) {
      advice.add(
          "If panels of single movers below a day are slow, run sql/04-optional-indexes.sql on the"
              + " primary.");
    }
  }

  /** The tables that can be read, by name. */
  private String readable(HostFacts facts) {
    List<String> names =
        tables().stream().filter(facts::isReadable).map(SourceTable::name).toList();
    return names.isEmpty() ? "none is needed" : String.join(", ", names);
  }

  private Optional<String> summaryAdvice(StateQuery.Look look) {
    if (look.extent(Transfers.SUMMARY).last().isEmpty() || look.newest(Transfers.FACTS).isEmpty()) {
      return Optional.empty();
    }
    LocalDate last = look.extent(Transfers.SUMMARY).last().get();
    LocalDate today = look.newest(Transfers.FACTS).get().toLocalDate();
    long behind = ChronoUnit.DAYS.between(last, today);
    if (behind <= settings.freshness().summaryWarningDays()) {
      return Optional.empty();
    }
    return Optional.of(
        "The daily summary stopped at "
            + last
            + ", "
            + behind
            + " days behind the transfers. A likely cause is that Enstore 6.3.4-9 and later fill it"
            + " without committing; on the primary, run as the owner of the tables: SELECT"
            + " make_daily_xfer_size_by_mover(); Later days are read from encp_xfer meanwhile.");
  }

  private String zoneNotSet(Optional<HostFacts> facts) {
    return "Set siteTimeZone to the zone of the host that Enstore's accounting server runs on; UTC"
        + " is only assumed."
        + facts
            .flatMap(HealthCheck::zoneOf)
            .map(zone -> " The server keeps its log in " + zone + ".")
            .orElse("");
  }

  private String describe(Finding finding) {
    QueryFailure failure = finding.failure();
    if (failure != null) {
      return failure.sentence();
    }
    HostFacts facts = finding.facts();
    if (facts != null && !facts.standby() && !settings.allowPrimary()) {
      return HostChoice.refusal(finding.host(), false, settings.key(HostChoice.ALLOWING))
          .sentence();
    }
    StateQuery.Look look = finding.look();
    return (facts != null && facts.standby() ? "standby" : "primary")
        + (look == null ? "" : ", replay lag " + lag(look));
  }

  private ReplayLag lagOf(StateQuery.Look look) {
    return look.replay().lag(clock.instant(), null, settings.user());
  }

  private String lag(StateQuery.Look look) {
    ReplayLag lag = lagOf(look);
    if (lag instanceof ReplayLag.Known known) {
      return TimeText.of(known.lag());
    }
    return lag instanceof ReplayLag.NotAStandby ? "none, this is a primary" : "unknown";
  }

  private static String day(HostFacts facts, StateQuery.Look look) {
    return facts.isReadable(Transfers.SUMMARY)
        ? look.extent(Transfers.SUMMARY).last().map(LocalDate::toString).orElse("none")
        : "not readable";
  }

  private String newest(HostFacts facts, StateQuery.Look look) {
    if (!facts.isReadable(Transfers.FACTS)) {
      return "not readable";
    }
    if (look.newest(Transfers.FACTS).isEmpty()) {
      return "none";
    }
    return TimeText.of(
        wallClock.instant(look.newest(Transfers.FACTS).get()),
        settings.siteTimeZone(),
        clock.instant());
  }

  /** The zone the server's administrator set; UTC, the default of the default, tells nothing. */
  private static Optional<ZoneId> zoneOf(HostFacts facts) {
    try {
      ZoneId zone = ZoneId.of(facts.zoneGuess());
      return zone.getId().matches("(Etc/)?(UTC|GMT|UCT|Universal|Zulu|Greenwich)")
          ? Optional.empty()
          : Optional.of(zone);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static boolean differs(ZoneId a, ZoneId b, Instant now) {
    for (int quarter = 0; quarter < 4; quarter++) {
      Instant at = now.minus(Duration.ofDays(91L * quarter));
      if (!a.getRules().getOffset(at).equals(b.getRules().getOffset(at))) {
        return true;
      }
    }
    return false;
  }

  private static String capital(String sentence) {
    return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }

  private static String end(String clause) {
    return clause.endsWith(";") ? "" : ".";
  }
}

package org.enstore.accounting.postgres;

import java.time.Duration;
import java.util.List;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.SourceSettings;

/** Settings that differ from given ones in one thing. */
final class OtherSettings {
  private OtherSettings() {}

  static SourceSettings withHosts(SourceSettings settings, HostPort... hosts) {
    return with(
        settings,
        List.of(hosts),
        settings.password(),
        settings.siteTimeZoneSet(),
        settings.allowPrimary(),
        settings.connections());
  }

  static SourceSettings withPassword(SourceSettings settings, String password) {
    return with(
        settings,
        settings.hosts(),
        new Secret(password),
        settings.siteTimeZoneSet(),
        settings.allowPrimary(),
        settings.connections());
  }

  static SourceSettings withTimeouts(
      SourceSettings settings, Duration connect, Duration statement) {
    return withConnections(
        settings, new SourceSettings.Connections(4, connect, statement, Duration.ofMinutes(1)));
  }

  static SourceSettings withConnections(
      SourceSettings settings, SourceSettings.Connections connections) {
    return with(
        settings,
        settings.hosts(),
        settings.password(),
        settings.siteTimeZoneSet(),
        settings.allowPrimary(),
        connections);
  }

  /** A primary may be read as well. */
  static SourceSettings allowingPrimary(SourceSettings settings) {
    return with(
        settings,
        settings.hosts(),
        settings.password(),
        settings.siteTimeZoneSet(),
        true,
        settings.connections());
  }

  /** Nobody has set the zone: it is the default one. */
  static SourceSettings withoutZone(SourceSettings settings) {
    return with(
        settings,
        settings.hosts(),
        settings.password(),
        false,
        settings.allowPrimary(),
        settings.connections());
  }

  private static SourceSettings with(
      SourceSettings settings,
      List<HostPort> hosts,
      Secret password,
      boolean siteTimeZoneSet,
      boolean allowPrimary,
      SourceSettings.Connections connections) {
    return new SourceSettings(
        hosts,
        settings.database(),
        settings.user(),
        password,
        settings.tls(),
        settings.siteTimeZone(),
        siteTimeZoneSet,
        allowPrimary,
        connections,
        settings.freshness(),
        settings.limits(),
        settings.monitoring(),
        settings.part(),
        settings.others());
  }
}

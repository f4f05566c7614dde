package org.enstore.accounting.demo;

import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration files of every pair say. A standby has those of its primary.
 *
 * @param zone the site's zone, which the servers take for their own
 * @param tls what they need to speak TLS; null when they do not
 */
record PairConfiguration(ZoneId zone, ReplicatedPair.@Nullable Tls tls) {

  /** Configures {@code server}, which has not been started yet. */
  void writeTo(EmbeddedPostgres server) throws IOException {
    server.authenticate(authentication());
    if (tls != null) {
      install(tls, server);
    }
    server.configure(settings());
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("wal_level", "replica");
    settings.put("max_wal_senders", "10");
    settings.put("hot_standby", "on");
    settings.put("password_encryption", "scram-sha-256");
    settings.put("timezone", zone.getId());
    settings.put("log_timezone", zone.getId());
    settings.put("log_line_prefix", "%m [%p] %q%u@%d ");
    settings.put("datestyle", "iso, mdy");
    settings.put("max_connections", "100");
    // Everything is thrown away at the end, so nothing has to survive a power cut.
    settings.put("fsync", "off");
    settings.put("full_page_writes", "off");
    settings.put("max_wal_size", "4GB");
    settings.put("shared_buffers", "256MB");
    settings.put("maintenance_work_mem", "256MB");
    settings.put("wal_retrieve_retry_interval", "200ms");
    if (tls != null) {
      settings.put("ssl", "on");
      settings.put("ssl_cert_file", "server.crt");
      settings.put("ssl_key_file", "server.key");
      if (tls.clientAuthority() != null) {
        settings.put("ssl_ca_file", "client-ca.crt");
      }
    }
    return settings;
  }

  private List<String> authentication() {
    List<String> rules = new ArrayList<>();
    rules.add("host replication " + Role.REPLICATION.user() + " 127.0.0.1/32 scram-sha-256");
    rules.add("host all " + Role.SUPERUSER.user() + " 127.0.0.1/32 scram-sha-256");
    if (tls != null && tls.clientAuthority() != null) {
      rules.add(
          "hostssl all " + Role.READER.user() + " 127.0.0.1/32 scram-sha-256 clientcert=verify-ca");
    }
    String kind = tls != null && tls.required() ? "hostssl" : "host";
    rules.add(kind + " all all 127.0.0.1/32 scram-sha-256");
    return rules;
  }

  private static void install(ReplicatedPair.Tls tls, EmbeddedPostgres server) throws IOException {
    server.install(tls.certificate(), "server.crt");
    server.install(tls.key(), "server.key");
    if (tls.clientAuthority() != null) {
      server.install(tls.clientAuthority(), "client-ca.crt");
    }
  }
}

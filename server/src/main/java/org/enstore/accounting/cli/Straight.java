package org.enstore.accounting.cli;

import io.grpc.Channel;
import java.nio.file.Path;
import java.util.Map;
import org.enstore.accounting.config.SettingsProblems;

/** Reads databases straight, without a daemon: the same service, in this process. */
public interface Straight {
  /**
   * The service over the data sources of a daemon's configuration.
   *
   * @throws SettingsProblems when the configuration is wrong, with all problems together
   */
  Service open(Path configuration);

  /**
   * The service over one database, as the data source {@code standby}.
   *
   * @throws SettingsProblems when the description is wrong, with all problems together
   */
  Service open(Standby standby);

  /**
   * A database and its standbys.
   *
   * @param settings the settings object of a data source, by its keys
   * @param user the database's role; empty for the usual one
   * @param secrets the secrets of the data source, by name
   */
  record Standby(Map<String, String> settings, String user, Map<String, String> secrets) {
    public Standby {
      settings = Map.copyOf(settings);
      secrets = Map.copyOf(secrets);
    }

    /** Shows no secret. */
    @Override
    public String toString() {
      return "Standby[" + settings + ", user=" + user + "]";
    }
  }

  /** A service that ends with the command. */
  interface Service extends AutoCloseable {
    /** Where it is called. */
    Channel channel();

    /** Whether it is there; it ends with the process, too, before commands do. */
    boolean isOpen();

    @Override
    void close();
  }
}

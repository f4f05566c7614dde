package org.enstore.accounting;

import java.util.Locale;
import java.util.Map;
import org.enstore.accounting.grafana.Handshake;

/**
 * The entry point: Grafana's plugin when Grafana's cookie is in the environment and there are no
 * arguments, a command line program otherwise.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // Nothing that is written here is in the language of the machine, with its digits and calendar.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(arguments, System.getenv()));
  }

  // Neither side may load the other's libraries: a host waits for the one, a person for the other.
  private static int run(String[] arguments, Map<String, String> environment) {
    return arguments.length == 0 && Handshake.isWanted(environment)
        ? PluginProcess.run(environment)
        : Commands.run(arguments, environment);
  }
}

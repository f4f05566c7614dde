package org.enstore.accounting;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.config.SettingsProblems;
import org.enstore.accounting.grafana.Handshake;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of the process under Grafana, from the handshake to the host's order to end. */
final class PluginProcess {
  /** A host kills what is still there two seconds after it gave the order. */
  private static final Duration LONGEST_END = Duration.ofMillis(1600);

  private PluginProcess() {}

  /** Serves the host until it asks to end or is gone; returns the exit code. */
  static int run(Map<String, String> environment) {
    return run(environment, LONGEST_END, port -> {});
  }

  /**
   * Serves the host until it asks to end or is gone; returns the exit code.
   *
   * @param longestEnd how long the end may take before it is forced
   * @param announced is told the port when the host has been
   */
  static int run(Map<String, String> environment, Duration longestEnd, IntConsumer announced) {
    Handshake handshake = Handshake.takeStandardOutput();
    Logger logger = LoggerFactory.getLogger(PluginProcess.class);
    ProcessSettings settings;
    try {
      settings = ProcessSettings.load(environment);
      Application.log(settings);
    } catch (SettingsProblems e) {
      Application.log(ProcessSettings.DEFAULT);
      e.problems().forEach(problem -> logger.error("plugin cannot start: {}", problem));
      return ExitCode.USAGE;
    }
    if (settings.attach().isPresent()) {
      return AttachedProcess.run(handshake, settings.attach().get());
    }
    CountDownLatch ended = new CountDownLatch(1);
    Runnable end =
        () -> {
          Application.haltAfter(longestEnd, ExitCode.FAILED);
          ended.countDown();
        };
    try (Backend backend = new Backend(settings);
        Application application = Application.underHost(backend, end)) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> Backend.closeAll(List.of(application, backend)), "enstore-shutdown"));
      backend.breakdown().install();
      application.start();
      handshake.announce(application.address());
      backend.prepare();
      application.watchHost();
      announced.accept(application.port());
      ended.await();
      return ExitCode.DONE;
    } catch (IOException e) {
      logger.error("plugin cannot listen on the loopback address", e);
      return ExitCode.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    }
  }
}

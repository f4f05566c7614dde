package org.enstore.accounting;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.config.SettingsProblems;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line, for people and for service managers. */
@Command(
    name = "gpx_enstore",
    description = {
      "Grafana data source backend for the Enstore accounting database.",
      "Grafana starts it by itself, without arguments; the commands below are for people."
    },
    versionProvider = Commands.Version.class,
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Done as asked.",
      "1:It could not be done.",
      "2:The arguments or the environment are wrong."
    },
    subcommands = {Commands.Serve.class, DemoCommand.class, Commands.Train.class})
final class Commands implements Callable<Integer> {
  private final Map<String, String> environment;

  @Spec
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private CommandSpec spec;

  private Commands(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Runs the command that {@code arguments} name; returns the exit code. */
  static int run(String[] arguments, Map<String, String> environment) {
    CommandLine line = new CommandLine(new Commands(environment));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println(failure);
          return ExitCode.FAILED;
        });
    return line.execute(arguments);
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  /** The process's settings; a usage error of {@code command} when they are wrong. */
  ProcessSettings settings(CommandSpec command) {
    try {
      return ProcessSettings.load(environment);
    } catch (SettingsProblems e) {
      throw new ParameterException(
          command.commandLine(), String.join(System.lineSeparator(), e.problems()), e);
    }
  }

  /** Serves the plugin's protocol as a daemon. */
  @Command(
      name = "serve",
      description = {
        "Serves the plugin's services on a port of this machine until it is stopped.",
        "Unlike the plugin it may be shared by several Grafanas and is deaf to their Shutdown.",
        "Requests carry passwords unencrypted, so it listens on loopback addresses alone."
      },
      mixinStandardHelpOptions = true)
  static final class Serve implements Callable<Integer> {
    @CommandLine.ParentCommand
    @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
    private Commands parent;

    @Spec
    @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
    private CommandSpec spec;

    @Option(
        names = "--port",
        required = true,
        paramLabel = "<port>",
        description = "The port to listen on; 0 for any that is free.")
    private int port;

    @Option(
        names = "--host",
        defaultValue = "127.0.0.1",
        paramLabel = "<address>",
        description = "The loopback address to listen on (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
    private String host;

    @Override
    public Integer call() throws IOException, InterruptedException {
      InetSocketAddress address = address();
      PrintWriter err = spec.commandLine().getErr();
      ProcessSettings settings = parent.settings(spec);
      Application.log(settings);
      try (Application application = Application.asDaemon(settings, address)) {
        application.start();
        Runtime.getRuntime().addShutdownHook(new Thread(application::close, "enstore-shutdown"));
        err.println("Serving on " + address.getHostString() + ":" + application.port());
        new CountDownLatch(1).await();
        return ExitCode.DONE;
      } catch (IOException e) {
        err.println("Cannot listen on " + host + ":" + port + ": " + e.getMessage());
        return ExitCode.FAILED;
      }
    }

    private InetSocketAddress address() {
      if (port < 0 || port > 65535) {
        throw new ParameterException(
            spec.commandLine(), "--port is " + port + "; it must be from 0 to 65535.");
      }
      try {
        InetAddress address = InetAddress.getByName(host);
        if (!address.isLoopbackAddress()) {
          throw new ParameterException(
              spec.commandLine(),
              "--host is " + host + "; it must be a loopback address, such as 127.0.0.1 or ::1.");
        }
        return new InetSocketAddress(address, port);
      } catch (UnknownHostException e) {
        throw new ParameterException(spec.commandLine(), "--host " + host + " is not known.", e);
      }
    }
  }

  /** Uses every part of the program once, for the archive of loaded classes. */
  @Command(
      name = "train",
      hidden = true,
      description = "Uses every part of the program once and ends; the build archives the classes.",
      mixinStandardHelpOptions = true)
  static final class Train implements Callable<Integer> {
    @Override
    public Integer call() {
      return Training.run();
    }
  }

  /** The version as it is written into the program's archive. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"${COMMAND-FULL-NAME} " + Application.version()};
    }
  }
}

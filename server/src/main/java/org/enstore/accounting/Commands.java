package org.enstore.accounting;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.enstore.accounting.cli.ClientCommands;
import org.enstore.accounting.cli.ExitCode;
import org.enstore.accounting.cli.Surroundings;
import org.enstore.accounting.config.ProcessSettings;
import org.enstore.accounting.config.ServeSettings;
import org.enstore.accounting.config.SettingsProblems;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line, for people and for service managers. */
@Command(
    name = Commands.NAME,
    description =
        "What the accounting database of an Enstore site tells, from its hot standby: for people,"
            + " other programs, and Grafana, which starts this program by itself, without arguments.",
    synopsisSubcommandLabel = "<command>",
    versionProvider = Commands.Version.class,
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Done as asked.",
      "1:It could not be done.",
      "2:The arguments or the environment are wrong.",
      "3:The daemon or the database did not answer, or not in time.",
      "4:The credentials were refused, or are missing.",
      "5:status: the numbers are older than they may be, or a part cannot be read.",
      "6:query --strict: the answer carries a warning.",
      "130:Ended by Ctrl-C.",
      "141:Whoever read the output has gone."
    })
final class Commands implements Callable<Integer> {
  /** What people call the program. */
  static final String NAME = "enstore-accounting";

  /** The folder in which the program was called; the launcher has left it. */
  private static final String DIRECTORY = "enstore.directory";

  /**
   * Set when standard output is a terminal: how many columns it has, empty when that is unknown.
   */
  private static final String TERMINAL = "enstore.terminal";

  private static final int USUAL_COLUMNS = 80;

  private final Map<String, String> environment;

  @Spec
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private CommandSpec spec;

  private Commands(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Runs the command that {@code arguments} name; returns the exit code. */
  static int run(String[] arguments, Map<String, String> environment) {
    return line(environment, surroundings(environment)).execute(arguments);
  }

  /** The program's command line, in these surroundings. */
  static CommandLine line(Map<String, String> environment, Surroundings surroundings) {
    CommandLine line = new CommandLine(new Commands(environment));
    ClientCommands.all(surroundings, new StraightSources(environment, ClientCommands.VARIABLES))
        .forEach(line::addSubcommand);
    line.addSubcommand(new Serve());
    line.addSubcommand(new DemoCommand());
    line.addSubcommand(new Train());
    line.addSubcommand(new EvaluateCommand());
    line.registerConverter(Path.class, Commands::path);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + failure);
          return ExitCode.FAILED;
        });
    line.setParameterExceptionHandler(Commands::refuse);
    return line;
  }

  /** Where {@code text} leads from the folder in which the program was called. */
  private static Path path(String text) {
    return Path.of(System.getProperty(DIRECTORY, "")).resolve(text);
  }

  /** One line that says what is wrong, and one that says where help is. */
  private static int refuse(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    err.println(name + ": " + wrong.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("Try: " + name + " --help");
    return ExitCode.USAGE;
  }

  private static Surroundings surroundings(Map<String, String> environment) {
    @Nullable String terminal = System.getProperty(TERMINAL);
    return new Surroundings(
        new FileOutputStream(FileDescriptor.out),
        terminal == null ? OptionalInt.empty() : OptionalInt.of(columns(terminal)),
        DemoCommand.isUnicode(),
        environment,
        InstantSource.system());
  }

  private static int columns(String text) {
    return text.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(text) : USUAL_COLUMNS;
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

  /** Serves as a daemon. */
  @Command(
      name = "serve",
      header = "Serves other programs and Grafana until it is stopped.",
      description =
          "With --config the API of enstore.accounting.v1 and whatever else that file says; with"
              + " --port the plugin's services for Grafanas of this machine. The plugin's requests"
              + " carry passwords unencrypted, so those listen on loopback alone.",
      mixinStandardHelpOptions = true)
  static final class Serve implements Callable<Integer> {
    @CommandLine.ParentCommand
    @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
    private Commands parent;

    @Spec
    @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
    private CommandSpec spec;

    @Option(
        names = "--config",
        paramLabel = "<file>",
        description = "The configuration of the daemon, as YAML.")
    private @Nullable Path config;

    @Option(
        names = "--check",
        description = "With --config: say whether the configuration is right, and end.")
    private boolean check;

    @Option(
        names = "--port",
        paramLabel = "<port>",
        description = "Without --config: the port to listen on; 0 for any that is free.")
    private @Nullable Integer port;

    @Option(
        names = "--host",
        defaultValue = "127.0.0.1",
        paramLabel = "<address>",
        description = "The loopback address to listen on (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
    private String host;

    @Override
    public Integer call() throws InterruptedException {
      if ((config == null) == (port == null)) {
        throw new ParameterException(
            spec.commandLine(), "Give either --config <file> or --port <port>.");
      }
      return config != null ? daemon(config) : plugin(port == null ? 0 : port);
    }

    private int daemon(Path file) throws InterruptedException {
      PrintWriter err = spec.commandLine().getErr();
      ProcessSettings process = parent.settings(spec);
      Application.log(process);
      Path folder = ServeFile.folderOf(file);
      try {
        ServeSettings settings = ServeFile.read(file, parent.environment);
        try (Daemon daemon = new Daemon(settings, process, folder)) {
          if (check) {
            err.println("The configuration is right.");
            return ExitCode.DONE;
          }
          daemon.start();
          Runtime.getRuntime().addShutdownHook(new Thread(daemon::close, "enstore-shutdown"));
          daemon.addresses().forEach(line -> err.println("Serving " + line));
          new CountDownLatch(1).await();
          return ExitCode.DONE;
        }
      } catch (SettingsProblems e) {
        e.problems().forEach(err::println);
        return ExitCode.USAGE;
      } catch (IOException | IllegalArgumentException e) {
        // A certificate that is none is an illegal argument to the library that reads it.
        err.println("Cannot serve: " + e.getMessage());
        return ExitCode.FAILED;
      }
    }

    private int plugin(int on) throws InterruptedException {
      InetSocketAddress address = address(on);
      PrintWriter err = spec.commandLine().getErr();
      ProcessSettings settings = parent.settings(spec);
      Application.log(settings);
      try (Backend backend = new Backend(settings);
          Application application = Application.asDaemon(backend, address)) {
        backend.breakdown().install();
        application.start();
        backend.prepare();
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> Backend.closeAll(List.of(application, backend)), "enstore-shutdown"));
        err.println("Serving on " + address.getHostString() + ":" + application.port());
        new CountDownLatch(1).await();
        return ExitCode.DONE;
      } catch (IOException e) {
        err.println("Cannot listen on " + host + ":" + on + ": " + e.getMessage());
        return ExitCode.FAILED;
      }
    }

    private InetSocketAddress address(int on) {
      if (on < 0 || on > 65535) {
        throw new ParameterException(
            spec.commandLine(), "--port is " + on + "; it must be from 0 to 65535.");
      }
      try {
        InetAddress address = InetAddress.getByName(host);
        if (!address.isLoopbackAddress()) {
          throw new ParameterException(
              spec.commandLine(),
              "--host is " + host + "; it must be a loopback address, such as 127.0.0.1 or ::1.");
        }
        return new InetSocketAddress(address, on);
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

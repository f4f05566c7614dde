package org.enstore.accounting.cli;

import java.util.List;
import java.util.Set;

/** The commands of a client, to be added to a program's own. */
public final class ClientCommands {
  /** The environment variables that are these commands' own. */
  public static final Set<String> VARIABLES = Set.of(Target.TOKEN, Target.PASSWORD);

  private ClientCommands() {}

  /** The commands, in the order to list them. */
  public static List<Object> all(Surroundings surroundings, Straight straight) {
    return List.of(
        new QueryCommand(surroundings, straight),
        new MeasuresCommand(surroundings, straight),
        new MoversCommand(surroundings, straight),
        new WatchCommand(surroundings, straight),
        new StatusCommand(surroundings, straight),
        new CompletionCommand(surroundings));
  }
}

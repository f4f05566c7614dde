package org.enstore.accounting.cli;

import org.enstore.accounting.proto.v1.SeriesQuery;
import picocli.CommandLine.ArgGroup;

/** What commands that show series have: what is asked, and which facts count. */
abstract class SeriesCommand extends ClientCommand {
  @ArgGroup(validate = false, order = 1, heading = "%nWhat is asked:%n")
  private Asked asked = new Asked();

  @ArgGroup(validate = false, order = 2, heading = "%nWhat counts:%n")
  private Conditions conditions = new Conditions();

  SeriesCommand(Surroundings surroundings, Straight straight) {
    super(surroundings, straight);
  }

  /** As {@link Asked#query} has it. */
  SeriesQuery.Builder query(boolean forPeople) {
    return asked.query(conditions, forPeople);
  }

  /** As {@link Asked#leavesTheStepOpen} has it. */
  boolean leavesTheStepOpen() {
    return asked.leavesTheStepOpen();
  }
}

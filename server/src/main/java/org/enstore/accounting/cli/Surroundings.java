package org.enstore.accounting.cli;

import java.io.OutputStream;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a command finds around itself.
 *
 * @param out standard output, unbuffered; not closed
 * @param columns the width of the terminal that {@code out} is; empty when it is none
 * @param unicode whether {@code out} shows block characters
 * @param environment the process's
 */
public record Surroundings(
    OutputStream out,
    OptionalInt columns,
    boolean unicode,
    Map<String, String> environment,
    InstantSource clock) {
  public Surroundings {
    environment = Map.copyOf(environment);
  }
}

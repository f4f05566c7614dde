package org.enstore.accounting.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says where an answer goes. */
final class Destination {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "<file>",
      description =
          "Write the answer to this file instead of standard output. An older one is replaced when"
              + " the answer is whole.")
  private @Nullable Path file;

  /** Whether the answer goes to a file. */
  boolean isFile() {
    return file != null;
  }

  /** Opens the file, or the standard output of {@code surroundings}. */
  Output open(Surroundings surroundings) {
    return new Output(Optional.ofNullable(file), surroundings.out());
  }
}

package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Where an answer goes, and what is said when it cannot. */
class OutputTest extends ClientCommandsFixture {
  @Test
  void output_thatCannotBeWritten_isNamed() {
    answer(Answers.bytes());
    assertThat(call("query", "-o", folder.resolve("no/such").toString()))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("--output ", "cannot be written: there is no such file or folder.");
  }

  @Test
  void reader_thatHasGone_needsNoWords() {
    answer(Answers.bytes());
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertThat(call(broken, OptionalInt.empty(), Map.of(), straight("query", "-F", "csv")))
        .isEqualTo(ExitCode.BROKEN_PIPE);
    assertThat(err).isEmpty();
  }
}

package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where an answer goes, and what is said when it cannot. */
@Timeout(60)
class OutputTest extends ClientCommandsFixture {
  @Test
  void olderFile_isReplacedWhenTheAnswerIsWhole_andKeepsItsPermissions() throws IOException {
    Path file = Files.writeString(folder.resolve("answer.csv"), "older");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw--w--w-"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    List<String> seen = new ArrayList<>();
    service.query =
        (request, reply) -> {
          seen.add(file.toFile().length() + " bytes");
          Answers.mebibytes(1).forEach(reply::onNext);
          reply.onCompleted();
        };
    assertThat(call("query", "-F", "csv", "-o", link.toString())).isZero();
    assertThat(seen).containsExactly("5 bytes");
    assertThat(link).isSymbolicLink();
    assertThat(file).content().startsWith("time,mover,");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw--w--w-");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
    assertThat(out).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"csv, true", "csv, false", "arrow, true", "arrow, false"})
  void failure_inTheMiddle_leavesThingsAsTheyWere(String format, boolean older) throws IOException {
    Path file = folder.resolve("answer");
    if (older) {
      Files.writeString(file, "older");
    }
    service.query =
        (request, reply) -> {
          reply.onNext(Answers.mebibytes(1).get(0));
          reply.onError(failure(Status.Code.INTERNAL, "The incident is 4711."));
        };
    assertThat(call("query", "-F", format, "-o", file.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("4711").hasLineCount(1);
    if (older) {
      assertThat(file).hasContent("older");
      Files.delete(file);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void draft_thatIsNotFinished_leavesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("answer"), "older");
    try (Output output = new Output(Optional.of(file), OutputStream.nullOutputStream())) {
      output.write(new byte[1_000_000]);
      assertThat(folder).isDirectoryContaining("glob:**/.answer.*.part");
    }
    assertThat(file).hasContent("older");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void pipe_isWrittenStraight() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException e) {
                return e.toString();
              }
            });
    assertThat(call("movers", "-F", "csv", "-o", pipe.toString())).isZero();
    assertThat(read.get()).startsWith("mover,class,").contains("disk_1");
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  void output_thatCannotBeWritten_isNamed_beforeAnythingIsRead() throws IOException {
    answer(Answers.bytes());
    assertThat(call("query", "-o", folder.resolve("no/such").toString()))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("--output ", "cannot be written: there is no such file or folder.");
    assertThat(call("query", "-o", folder.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("--output " + folder + " cannot be written: Is a directory.");
    assertThat(service.queries).isEmpty();
    assertThat(folder).isEmptyDirectory();
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

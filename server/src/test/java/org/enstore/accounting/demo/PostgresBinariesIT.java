package org.enstore.accounting.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresBinariesIT {
  @TempDir private Path cache;

  @Test
  void bundled_unpacksOnceEvenWhenTwoDoItTogether() throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      Future<PostgresBinaries> one =
          executor.submit(() -> PostgresBinaries.bundled(cache, told::add));
      Future<PostgresBinaries> other =
          executor.submit(() -> PostgresBinaries.bundled(cache, told::add));

      assertThat(one.get().program("postgres")).isEqualTo(other.get().program("postgres"));
      assertThat(one.get().program("postgres")).isExecutable();
    } finally {
      executor.shutdownNow();
    }
    assertThat(entries(cache)).as("nothing is left beside the installation").hasSize(1);

    told.clear();
    PostgresBinaries.bundled(cache, told::add);
    assertThat(told).isEmpty();
  }

  @Test
  void bundled_repairsAnInstallationThatLostAFile() throws IOException {
    PostgresBinaries whole = PostgresBinaries.bundled(cache, Progress.silent());
    Path program = whole.program("initdb");
    Files.delete(program);

    PostgresBinaries repaired = PostgresBinaries.bundled(cache, Progress.silent());

    assertThat(repaired.program("initdb")).isEqualTo(program).isExecutable();
    assertThat(entries(cache)).hasSize(1);
  }

  @Test
  void at_namesTheProgramThatIsMissing() throws IOException {
    Files.createFile(cache.resolve("initdb")).toFile().setExecutable(true);

    assertThatThrownBy(() -> PostgresBinaries.at(cache))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(cache.toString())
        .hasMessageContaining("pg_ctl");
  }

  private static List<Path> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }
}

package org.enstore.accounting.demo;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Where integration tests get their primary and standby from. The system property {@code postgres}
 * says what runs them: {@code embedded}, the bundled binaries and the default, or {@code
 * testcontainers}, the image that {@code postgres.image} names, in a Docker engine.
 */
public final class TestPairs {
  private static final String DEFAULT_IMAGE = "postgres:12";
  private static final Duration REPLAY = Duration.ofSeconds(60);

  private TestPairs() {}

  /**
   * A builder of a pair, to which only the test's own wishes have to be added.
   *
   * @throws IllegalArgumentException when the property has another value
   */
  public static PairBuilder builder() {
    return ReplicatedPair.builder().programs(programs());
  }

  /** A pair that holds the fixture's rows on both servers, and whose reader may monitor. */
  public static ReplicatedPair holding(QuirkFixture fixture)
      throws IOException, InterruptedException, SQLException {
    ReplicatedPair pair =
        builder()
            .zone(fixture.zone())
            .preparation(
                primary -> {
                  primary.createDatabase();
                  fixture.load(primary.owner());
                  primary.letReaderMonitor();
                })
            .start();
    try {
      pair.awaitReplay(REPLAY);
      return pair;
    } catch (SQLException | InterruptedException | RuntimeException e) {
      pair.close();
      throw e;
    }
  }

  /** A pair that holds the three databases of {@code site}, whose reader may read all of them. */
  public static ReplicatedPair telling(Site site)
      throws IOException, InterruptedException, SQLException {
    ReplicatedPair pair = builder().zone(site.zone()).start();
    try {
      pair.createDatabase();
      new Traffic(site).record(pair.databases(), Progress.silent());
      pair.letReaderReadMore();
      pair.awaitReplay(REPLAY);
      return pair;
    } catch (SQLException | InterruptedException | RuntimeException e) {
      pair.close();
      throw e;
    }
  }

  static Programs.Source programs() {
    return programs(System.getProperty("postgres", "embedded"));
  }

  static Programs.Source programs(String chosen) {
    return switch (chosen) {
      case "embedded" -> InstalledPrograms.of(PostgresBinaries.bundled(Progress.silent()));
      case "testcontainers" ->
          ContainerPrograms.of(System.getProperty("postgres.image", DEFAULT_IMAGE));
      default ->
          throw new IllegalArgumentException(
              "-Dpostgres=" + chosen + ": it must be embedded or testcontainers.");
    };
  }
}

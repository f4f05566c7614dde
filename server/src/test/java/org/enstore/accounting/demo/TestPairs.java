package org.enstore.accounting.demo;

/**
 * Where integration tests get their primary and standby from. The system property {@code postgres}
 * says what runs them: {@code embedded}, the bundled binaries and the default, or {@code
 * testcontainers}, the image that {@code postgres.image} names, in a Docker engine.
 */
public final class TestPairs {
  private static final String DEFAULT_IMAGE = "postgres:12";

  private TestPairs() {}

  /**
   * A builder of a pair, to which only the test's own wishes have to be added.
   *
   * @throws IllegalArgumentException when the property has another value
   */
  public static ReplicatedPair.Builder builder() {
    String chosen = System.getProperty("postgres", "embedded");
    return switch (chosen) {
      case "embedded" -> ReplicatedPair.builder();
      case "testcontainers" ->
          ReplicatedPair.builder()
              .programs(ContainerPrograms.of(System.getProperty("postgres.image", DEFAULT_IMAGE)));
      default ->
          throw new IllegalArgumentException(
              "-Dpostgres=" + chosen + ": it must be embedded or testcontainers.");
    };
  }
}

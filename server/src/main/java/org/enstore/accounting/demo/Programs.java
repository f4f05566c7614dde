package org.enstore.accounting.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * PostgreSQL's programs as somebody can run them who has a cluster's files on this machine. Not
 * thread-safe: its owner takes turns.
 */
interface Programs extends AutoCloseable {
  /** Finds a way to run the programs for one owner of clusters. */
  @FunctionalInterface
  interface Source {
    /**
     * Makes the programs ready for clusters in {@code home}, an existing empty directory.
     *
     * @throws IOException when they cannot run here, with what is missing
     */
    Programs open(Path home) throws IOException, InterruptedException;
  }

  /**
   * Runs one of {@code initdb} and {@code pg_ctl} to its end.
   *
   * @throws IOException when it fails or takes longer than {@code limit}, with the end of its
   *     output
   */
  void run(String program, List<String> arguments, Duration limit)
      throws IOException, InterruptedException;

  /** Copies a directory with all that is in it, owners and permissions included. */
  void copy(Path from, Path to, Duration limit) throws IOException, InterruptedException;

  /** Gives a file this process made to the user the programs run as. */
  void give(Path file) throws IOException;

  /** Whether the server of the cluster in {@code data} has a process. */
  boolean isRunning(Path data) throws InterruptedException;

  /** Ends the server of the cluster in {@code data} that {@code pg_ctl} could not stop. */
  void kill(Path data, Duration limit) throws InterruptedException;

  /** Ends what is left of them; the clusters' files stay. */
  @Override
  void close();
}

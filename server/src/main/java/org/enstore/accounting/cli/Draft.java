package org.enstore.accounting.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that grows beside the one that it is to be, and takes its place when it is whole. An older
 * file stays as it is until then, and for good when the draft is given up.
 */
final class Draft {
  private final Path place;
  private final Path draft;

  /**
   * Begins an empty draft of {@code file}, which gets the older one's permissions.
   *
   * @throws IOException when there can be none, or when the older file may not be written
   */
  Draft(Path file) throws IOException {
    boolean older = Files.exists(file);
    if (older && !Files.isWritable(file)) {
      throw new AccessDeniedException(file.toString());
    }
    // A link stays one: what it leads to is replaced.
    place = older ? file.toRealPath() : file;
    draft =
        place.resolveSibling(
            String.format(
                Locale.ROOT,
                ".%s.%08x.part",
                place.getFileName(),
                ThreadLocalRandom.current().nextInt()));
    try {
      Files.createFile(draft);
    } catch (AccessDeniedException e) {
      throw new IOException(
          "permission denied to make a file in its folder, where it grows until it is whole; choose"
              + " another folder, or redirect the output",
          e);
    }
    // Signals end the process without a word to whoever writes.
    draft.toFile().deleteOnExit();
    if (older) {
      Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(place));
    }
  }

  /** Whether {@code file} is one to draft; pipes and devices take what they are given. */
  static boolean suits(Path file) {
    Path place = file.toAbsolutePath().normalize();
    return Files.isRegularFile(file)
        // /dev/stdout may lead to a file that holds more than this answer.
        ? !place.startsWith("/dev") && !place.startsWith("/proc")
        : Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** What the draft is written through. */
  OutputStream open() throws IOException {
    return Files.newOutputStream(draft, StandardOpenOption.WRITE);
  }

  /** Has the draft, which is whole and closed, take its place, all at once. */
  void publish() throws IOException {
    Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes the draft, unless it has been published. */
  void giveUp() throws IOException {
    Files.deleteIfExists(draft);
  }
}

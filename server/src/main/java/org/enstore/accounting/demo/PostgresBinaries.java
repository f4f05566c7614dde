package org.enstore.accounting.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The programs of one PostgreSQL installation: {@code initdb}, {@code pg_ctl} and {@code postgres}
 * in one directory.
 */
public final class PostgresBinaries {
  /*
   * The bundled installation is unpacked once per user and archive, under a name made of the
   * archive's digest, so that another version of the archive is another directory. It is unpacked
   * beside its place and then renamed into it: whoever finds the directory finds all of it, and of
   * two processes doing this at once the second to finish drops its own copy. Cleaners of temporary
   * directories delete single old files; the number of entries, written down last, tells such a
   * torso from a whole.
   */

  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
  private static final String INVENTORY = "entries";
  private static final List<String> PROGRAMS = List.of("initdb", "pg_ctl", "postgres");

  private final Path directory;

  private PostgresBinaries(Path directory) {
    this.directory = directory;
  }

  /**
   * The programs in {@code directory}, such as {@code /usr/lib/postgresql/15/bin}.
   *
   * @throws IllegalArgumentException when one of them is not there
   */
  public static PostgresBinaries at(Path directory) {
    for (String program : PROGRAMS) {
      if (!Files.isExecutable(directory.resolve(program))) {
        throw new IllegalArgumentException(
            "No PostgreSQL server in " + directory + ": it has no program " + program + ".");
      }
    }
    return new PostgresBinaries(directory.toAbsolutePath());
  }

  /** The bundled programs, unpacked into this user's cache directory when they are not there. */
  public static PostgresBinaries bundled(Progress progress) {
    return bundled(cacheDirectory(), progress);
  }

  static PostgresBinaries bundled(Path cache, Progress progress) {
    try {
      Path installation = cache.resolve("postgres-" + archiveDigest());
      if (!isWhole(installation)) {
        progress.report("Unpacking PostgreSQL into " + installation);
        Files.createDirectories(cache);
        if (!Files.getOwner(cache).equals(ownUser())) {
          throw new IOException("that directory belongs to another user");
        }
        unpackInto(installation);
      }
      return at(installation.resolve("bin"));
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL could not be unpacked into " + cache, e);
    }
  }

  Path program(String name) {
    return directory.resolve(name);
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  /** Root's home is closed to the unprivileged user that the server may have to run as. */
  private static Path cacheDirectory() {
    String user = System.getProperty("user.name");
    String home = System.getProperty("user.home");
    String given = System.getenv("XDG_CACHE_HOME");
    Path cache =
        given != null && !given.isEmpty() ? Path.of(given) : Path.of(home).resolve(".cache");
    boolean usable =
        !user.equals("root")
            && (Files.isWritable(cache) || Files.isWritable(cache.toAbsolutePath().getParent()));
    return usable
        ? cache.resolve("enstore-accounting")
        : Path.of(System.getProperty("java.io.tmpdir")).resolve("enstore-accounting-" + user);
  }

  private static InputStream openArchive() throws IOException {
    InputStream archive = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
    if (archive == null) {
      throw new IOException(
          "this program was packed without PostgreSQL: give the directory of another one's"
              + " programs");
    }
    return archive;
  }

  private static String archiveDigest() throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    byte[] buffer = new byte[1 << 16];
    try (InputStream archive = openArchive()) {
      for (int count = archive.read(buffer); count >= 0; count = archive.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  private static boolean isWhole(Path installation) throws IOException {
    Path inventory = installation.resolve(INVENTORY);
    if (!Files.exists(inventory) || !Files.getOwner(installation).equals(ownUser())) {
      return false;
    }
    return Files.readString(inventory).equals(Long.toString(entriesBelow(installation)));
  }

  private static UserPrincipal ownUser() throws IOException {
    Path probe = Files.createTempFile("enstore-accounting-", null);
    try {
      return Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  private static long entriesBelow(Path installation) throws IOException {
    Path inventory = installation.resolve(INVENTORY);
    try (Stream<Path> entries = Files.walk(installation)) {
      return entries.filter(entry -> !entry.equals(inventory)).count();
    }
  }

  private static void unpackInto(Path installation) throws IOException {
    Path parent = installation.toAbsolutePath().getParent();
    Path partial = Files.createTempDirectory(parent, installation.getFileName() + ".partial-");
    try {
      Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
      unpack(partial);
      Files.writeString(partial.resolve(INVENTORY), Long.toString(entriesBelow(partial)));
      if (Files.exists(installation) && !isWhole(installation)) {
        // Out of the way by a rename first, since it may be large and others may be looking.
        Path torso = Files.createTempDirectory(parent, installation.getFileName() + ".torso-");
        Files.move(installation, torso, StandardCopyOption.ATOMIC_MOVE);
        Directories.delete(torso);
      }
      try {
        Files.move(partial, installation, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        if (!isWhole(installation)) {
          throw e;
        }
      }
    } finally {
      Directories.delete(partial);
    }
  }

  private static void unpack(Path target) throws IOException {
    record Link(Path place, Path goal) {}

    List<Link> links = new ArrayList<>();
    try (TarArchiveInputStream entries =
        new TarArchiveInputStream(
            new XZCompressorInputStream(openArchive()), StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry entry = entries.getNextEntry();
          entry != null;
          entry = entries.getNextEntry()) {
        Path place = target.resolve(entry.getName()).normalize();
        if (!place.startsWith(target)) {
          throw new IOException("the archive has an entry outside itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(place);
        } else if (entry.isSymbolicLink()) {
          links.add(new Link(place, Path.of(entry.getLinkName())));
        } else {
          Files.createDirectories(place.getParent());
          Files.copy(entries, place);
          Files.setPosixFilePermissions(place, permissions((entry.getMode() & 0100) != 0));
        }
      }
    }
    // Last, so that no entry is ever written through a link.
    for (Link link : links) {
      Files.createDirectories(link.place.getParent());
      Files.createSymbolicLink(link.place, link.goal);
    }
  }

  private static Set<PosixFilePermission> permissions(boolean executable) {
    return PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--");
  }
}

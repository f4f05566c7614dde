package org.enstore.accounting.series;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.zone.ZoneRules;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settled blocks in files, so that they outlive the process. Whatever is wrong with the files or
 * the directory costs speed only. Thread-safe, and safe among processes.
 */
final class DiskStore implements AutoCloseable {
  /*
   * Place
   *
   * Below the root lies a directory for each fingerprint: of the format, of whose data it is, and of
   * the settings that the numbers depend on. Another value of any of these is another directory;
   * what is not used any more is removed when the root grows beyond its bound.
   *
   * Files
   *
   * Each process appends to a file of its own, which it has locked as long as it lives, and reads
   * those of all others, as they were when it opened the directory. When there are many files, the
   * process that opens the directory copies what nobody has locked into its own and deletes the
   * rest. BlockFormat says what is in a file.
   */
  private static final Logger logger = LoggerFactory.getLogger(DiskStore.class);

  /** The most that all directories of the root take, in bytes. */
  static final long ROOT_BYTES = 512L << 20;

  /** The most that one directory takes, in bytes. */
  static final long DIRECTORY_BYTES = 256L << 20;

  private static final String SUFFIX = ".blocks";
  private static final int FILES = 8;

  private final Path root;
  private final SourceSettings settings;
  private final Catalogue catalogue;
  private final SiteCalendar calendar;
  private final Numbering numbering;
  private final InstantSource clock;
  private final Executor writer;
  private final long directoryBytes;
  private final long rootBytes;
  private final Map<BlockKey, BlockFormat.Place> index = new ConcurrentHashMap<>();
  private final LongAdder hits = new LongAdder();
  private final LongAdder discarded = new LongAdder();
  private volatile Optional<String> lineage = Optional.empty();
  private Optional<Path> directory = Optional.empty();
  private @Nullable FileChannel own;
  private @Nullable Path ownFile;
  private long ownBytes;
  private long otherBytes;
  private volatile boolean readOnly;
  private boolean told;
  private volatile boolean closed;

  /**
   * A store that has not opened anything yet.
   *
   * @param settings of one database
   * @param catalogue what that database has
   * @param writer runs the writing; what it refuses is not written
   */
  DiskStore(
      Path root,
      SourceSettings settings,
      Catalogue catalogue,
      SiteCalendar calendar,
      Numbering numbering,
      InstantSource clock,
      Executor writer) {
    this(
        root, settings, catalogue, calendar, numbering, clock, writer, DIRECTORY_BYTES, ROOT_BYTES);
  }

  /** A store with other bounds. */
  DiskStore(
      Path root,
      SourceSettings settings,
      Catalogue catalogue,
      SiteCalendar calendar,
      Numbering numbering,
      InstantSource clock,
      Executor writer,
      long directoryBytes,
      long rootBytes) {
    this.directoryBytes = directoryBytes;
    this.rootBytes = rootBytes;
    this.root = root;
    this.settings = settings;
    this.catalogue = catalogue;
    this.calendar = calendar;
    this.numbering = numbering;
    this.clock = clock;
    this.writer = writer;
  }

  /** Blocks read back. */
  long hits() {
    return hits.sum();
  }

  /** Records and files that were damaged. */
  long discarded() {
    return discarded.sum();
  }

  /** The block of {@code key} as it was kept of the data of {@code wanted}, if it was. */
  Optional<Block> find(BlockKey key, String wanted) {
    open(wanted);
    BlockFormat.Place place = index.get(key);
    if (place == null) {
      return Optional.empty();
    }
    try {
      Block block = BlockFormat.read(place, key, calendar, numbering.current(key.shape()));
      hits.increment();
      return Optional.of(block);
    } catch (NoSuchFileException e) {
      // Another process has tidied up.
      index.remove(key, place);
    } catch (IOException | RuntimeException e) {
      discarded.increment();
      index.remove(key, place);
      tell("damaged", e);
    }
    return Optional.empty();
  }

  /** Keeps {@code block}, a little later. */
  void keep(Block block) {
    open(block.origin().lineage());
    if (readOnly || closed || index.containsKey(block.key())) {
      return;
    }
    try {
      writer.execute(() -> write(block));
    } catch (RejectedExecutionException ignored) {
      // There is more to write than can be written: it is read from the database again one day.
    }
  }

  private synchronized void write(Block block) {
    if (readOnly
        || closed
        || index.containsKey(block.key())
        || !lineage.equals(Optional.of(block.origin().lineage()))) {
      return;
    }
    try {
      append(block.key(), BlockFormat.Entry.of(block));
    } catch (IOException e) {
      readOnly = true;
      tell("not written", e);
    }
  }

  private void append(BlockKey key, BlockFormat.Entry entry) throws IOException {
    if (ownBytes + otherBytes + entry.sizeBytes() > directoryBytes) {
      throw new IOException("the directory would hold more than " + directoryBytes + " bytes");
    }
    FileChannel channel = ownFile();
    Path file = ownFile;
    if (file == null) {
      throw new IOException("the file was closed");
    }
    index.put(key, entry.writeTo(channel, file, ownBytes));
    ownBytes += entry.sizeBytes();
  }

  private FileChannel ownFile() throws IOException {
    FileChannel open = own;
    if (open != null) {
      return open;
    }
    Path into = directory.orElseThrow(() -> new IOException("there is no directory"));
    Path file = into.resolve(UUID.randomUUID() + SUFFIX);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      throw new IOException("a new file is locked by somebody else");
    }
    own = channel;
    ownFile = file;
    ownBytes = 0;
    return channel;
  }

  private void open(String wanted) {
    // Whoever only reads must not wait for a disk that hangs while it is written to.
    if (closed || lineage.equals(Optional.of(wanted))) {
      return;
    }
    openAnew(wanted);
  }

  private synchronized void openAnew(String wanted) {
    if (closed || lineage.equals(Optional.of(wanted))) {
      return;
    }
    closeOwn();
    index.clear();
    readOnly = false;
    otherBytes = 0;
    Path into = root.resolve(fingerprint(wanted));
    directory = Optional.of(into);
    try {
      Files.createDirectories(into);
      Files.setLastModifiedTime(into, FileTime.from(clock.instant()));
    } catch (IOException | RuntimeException e) {
      readOnly = true;
      tell("not written", e);
    }
    try {
      List<Path> files = files(into);
      for (Path file : files) {
        otherBytes += Files.size(file);
        scan(file, wanted);
      }
      if (!readOnly && (files.size() > FILES || otherBytes > directoryBytes * 3 / 4)) {
        tidy(files);
      }
      if (!readOnly) {
        removeOldest();
      }
    } catch (IOException | RuntimeException e) {
      tell("not read", e);
    } finally {
      lineage = Optional.of(wanted);
    }
  }

  private static List<Path> files(Path in) throws IOException {
    try (Stream<Path> all = Files.list(in)) {
      return all.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
  }

  /** Enters the records of {@code file} into the index, up to the first that is not whole. */
  private void scan(Path file, String wanted) {
    try {
      BlockFormat.scan(
          file,
          wanted,
          catalogue,
          (key, place) ->
              index.merge(
                  key,
                  place,
                  (a, b) -> a.origin().loadedAt().isAfter(b.origin().loadedAt()) ? a : b));
    } catch (IOException | RuntimeException e) {
      discarded.increment();
      tell("damaged", e);
    }
  }

  /** Copies what is in files that nobody writes to into the own one, and deletes them. */
  private void tidy(List<Path> files) throws IOException {
    for (Path file : files) {
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          continue;
        }
        List<BlockKey> here =
            index.entrySet().stream()
                .filter(entry -> entry.getValue().file().equals(file))
                .map(Map.Entry::getKey)
                .toList();
        otherBytes -= channel.size();
        for (BlockKey key : here) {
          BlockFormat.Place place = index.remove(key);
          if (place != null && ownBytes + place.bodyBytes() < directoryBytes / 2) {
            Optional<BlockFormat.Entry> copy = BlockFormat.Entry.copyOf(channel, key, place);
            if (copy.isPresent()) {
              append(key, copy.get());
            }
          }
        }
        Files.deleteIfExists(file);
      } catch (OverlappingFileLockException | NoSuchFileException ignored) {
        // Another engine writes to it, or another process was quicker.
      }
    }
  }

  /** Removes the directories not used for longest, until the root is within its bound. */
  private void removeOldest() throws IOException {
    List<Path> directories;
    try (Stream<Path> all = Files.list(root)) {
      directories =
          all.filter(Files::isDirectory)
              .filter(other -> !Optional.of(other).equals(directory))
              .sorted(Comparator.comparing(DiskStore::usedAt).reversed())
              .toList();
    }
    long bytes = ownBytes + otherBytes;
    for (Path other : directories) {
      List<Path> files = files(other);
      for (Path file : files) {
        bytes += Files.size(file);
      }
      if (bytes > rootBytes) {
        for (Path file : files) {
          long size = Files.size(file);
          if (deleteUnlessUsed(file)) {
            bytes -= size;
          }
        }
      }
    }
  }

  private static FileTime usedAt(Path directory) {
    try {
      return Files.getLastModifiedTime(directory);
    } catch (IOException e) {
      return FileTime.from(Instant.EPOCH);
    }
  }

  private static boolean deleteUnlessUsed(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null && Files.deleteIfExists(file);
    } catch (OverlappingFileLockException | NoSuchFileException ignored) {
      return false;
    }
  }

  /** The name of the directory for data of {@code wanted} under these settings. */
  private String fingerprint(String wanted) {
    ZoneRules rules = settings.siteTimeZone().getRules();
    String text =
        String.join(
            "\n",
            "format " + BlockFormat.VERSION,
            "lineage " + wanted,
            "database " + settings.part().id() + " " + settings.database(),
            "user " + settings.user(),
            "zone " + settings.siteTimeZone(),
            "rules " + rules.getTransitions() + rules.getTransitionRules(),
            "lookBack " + settings.freshness().lookBackDays());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private void tell(String what, Exception cause) {
    synchronized (this) {
      if (told) {
        return;
      }
      told = true;
    }
    logger.warn(
        "blocks on disk {}: directory={} reason={}; starts are slower for it",
        what,
        root,
        cause.toString());
  }

  private void closeOwn() {
    FileChannel open = own;
    own = null;
    ownFile = null;
    ownBytes = 0;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        tell("not written", e);
      }
    }
  }

  /** Writes nothing more, and leaves the file it wrote to unlocked, for others to tidy up. */
  @Override
  public synchronized void close() {
    closed = true;
    closeOwn();
  }
}

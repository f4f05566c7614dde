package org.enstore.accounting.series;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import java.time.LocalDate;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
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
import java.util.zip.CRC32C;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
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
   * those of all others, as they were when it opened the directory. A record has a head, which says
   * which block it is of, and a body; each has its checksum. A head that is torn or damaged ends its
   * file, a damaged body is left out. When there are many files, the process that opens the
   * directory copies what nobody has locked into its own and deletes the rest.
   *
   * Keys
   *
   * The numbers of keys are a process's own. A record has the keys in full.
   */
  private static final Logger logger = LoggerFactory.getLogger(DiskStore.class);

  /** Changes whenever a record is written differently, or its numbers mean something else. */
  static final int FORMAT = 1;

  /** The most that all directories of the root take, in bytes. */
  static final long ROOT_BYTES = 512L << 20;

  /** The most that one directory takes, in bytes. */
  static final long DIRECTORY_BYTES = 256L << 20;

  private static final String SUFFIX = ".blocks";
  private static final int FILES = 8;
  private static final int RECORD = 0xB10C0E57;
  private static final int RECORD_BYTES = 5 * Integer.BYTES;

  private final Path root;
  private final SourceSettings settings;
  private final SiteCalendar calendar;
  private final Numbering numbering;
  private final InstantSource clock;
  private final Executor writer;
  private final long directoryBytes;
  private final long rootBytes;
  private final Map<BlockKey, Place> index = new ConcurrentHashMap<>();
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
   * @param writer runs the writing; what it refuses is not written
   */
  DiskStore(
      Path root,
      SourceSettings settings,
      SiteCalendar calendar,
      Numbering numbering,
      InstantSource clock,
      Executor writer) {
    this(root, settings, calendar, numbering, clock, writer, DIRECTORY_BYTES, ROOT_BYTES);
  }

  /** A store with other bounds. */
  DiskStore(
      Path root,
      SourceSettings settings,
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
    this.calendar = calendar;
    this.numbering = numbering;
    this.clock = clock;
    this.writer = writer;
  }

  /** Where a record lies. */
  private record Place(Path file, long bodyAt, int bodyBytes, int bodyCheck, Origin origin) {}

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
    Place place = index.get(key);
    if (place == null) {
      return Optional.empty();
    }
    try {
      Block block = decode(key, place, bytesAt(place));
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
      append(block.key(), block.origin(), encodeBody(block));
    } catch (IOException e) {
      readOnly = true;
      tell("not written", e);
    }
  }

  private void append(BlockKey key, Origin origin, byte[] body) throws IOException {
    byte[] head = encodeHead(key, origin);
    long record = RECORD_BYTES + (long) head.length + body.length;
    if (ownBytes + otherBytes + record > directoryBytes) {
      throw new IOException("the directory would hold more than " + directoryBytes + " bytes");
    }
    FileChannel channel = ownFile();
    Path file = ownFile;
    if (file == null) {
      throw new IOException("the file was closed");
    }
    int bodyCheck = check(body);
    ByteBuffer buffer = ByteBuffer.allocate((int) record);
    buffer.putInt(RECORD).putInt(head.length).putInt(body.length);
    buffer.putInt(bodyCheck).putInt(check(header(head.length, body.length, bodyCheck), head));
    buffer.put(head).put(body).flip();
    long at = ownBytes;
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
    index.put(
        key,
        new Place(file, ownBytes + RECORD_BYTES + head.length, body.length, bodyCheck, origin));
    ownBytes += record;
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

  // ---- opening --------------------------------------------------------------------------------

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
    long at = 0;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      while (at + RECORD_BYTES <= size) {
        ByteBuffer start = read(channel, at, RECORD_BYTES);
        int mark = start.getInt();
        int headBytes = start.getInt();
        int bodyBytes = start.getInt();
        int bodyCheck = start.getInt();
        int headCheck = start.getInt();
        long end = at + RECORD_BYTES + headBytes + (long) bodyBytes;
        if (mark != RECORD || headBytes < 0 || bodyBytes < 0 || headBytes > 1 << 20) {
          throw new IOException("no record at " + at);
        }
        if (end > size) {
          break;
        }
        byte[] head = read(channel, at + RECORD_BYTES, headBytes).array();
        if (check(header(headBytes, bodyBytes, bodyCheck), head) != headCheck) {
          throw new IOException("a damaged record at " + at);
        }
        enter(file, wanted, head, at + RECORD_BYTES + headBytes, bodyBytes, bodyCheck);
        at = end;
      }
    } catch (IOException | RuntimeException e) {
      discarded.increment();
      tell("damaged", e);
    }
  }

  private void enter(
      Path file, String wanted, byte[] head, long bodyAt, int bodyBytes, int bodyCheck)
      throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(head));
    Optional<BlockKey> key = decodeKey(in);
    if (key.isEmpty()) {
      return;
    }
    Origin origin = new Origin(instant(in), instant(in), instant(in), instant(in), wanted);
    Place place = new Place(file, bodyAt, bodyBytes, bodyCheck, origin);
    index.merge(
        key.get(), place, (a, b) -> a.origin().loadedAt().isAfter(b.origin().loadedAt()) ? a : b);
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
          Place place = index.remove(key);
          if (place != null && ownBytes + place.bodyBytes() < directoryBytes / 2) {
            byte[] body = read(channel, place.bodyAt(), place.bodyBytes()).array();
            if (check(body) == place.bodyCheck()) {
              append(key, place.origin(), body);
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
            "format " + FORMAT,
            "lineage " + wanted,
            "database " + settings.database(),
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

  // ---- records --------------------------------------------------------------------------------

  private static byte[] encodeHead(BlockKey key, Origin origin) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF(key.table().name());
    out.writeUTF(key.grain().name());
    out.writeInt(key.shape().dimensions().size());
    for (Dimension dimension : key.shape().dimensions()) {
      out.writeUTF(dimension.name());
    }
    out.writeInt(key.shape().quantities().size());
    for (Quantity quantity : key.shape().quantities()) {
      out.writeUTF(quantity.name());
    }
    out.writeLong(key.span().from().toEpochDay());
    out.writeLong(key.span().to().toEpochDay());
    for (Instant instant :
        List.of(
            origin.loadedAt(), origin.knownThrough(), origin.wholeAt(), origin.wholeThrough())) {
      out.writeLong(instant.getEpochSecond());
      out.writeInt(instant.getNano());
    }
    return bytes.toByteArray();
  }

  /** The key that a head begins with; empty for what this version does not know. */
  private static Optional<BlockKey> decodeKey(DataInputStream in) throws IOException {
    try {
      SourceTable table = SourceTable.valueOf(in.readUTF());
      Grain grain = Grain.valueOf(in.readUTF());
      List<Dimension> dimensions = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        dimensions.add(Dimension.valueOf(in.readUTF()));
      }
      List<Quantity> quantities = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        quantities.add(Quantity.valueOf(in.readUTF()));
      }
      Span span =
          new Span(LocalDate.ofEpochDay(in.readLong()), LocalDate.ofEpochDay(in.readLong()));
      return Optional.of(new BlockKey(table, grain, Shape.of(dimensions, quantities), span));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Instant instant(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  private byte[] encodeBody(Block block) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    int quantities = block.key().shape().quantities().size();
    out.writeInt(block.keyCount());
    for (int k = 0; k < block.keyCount(); k++) {
      GroupKey key = block.groupKey(k);
      out.writeUTF(key.direction().name());
      for (String value : key.values()) {
        out.writeUTF(value);
      }
      out.writeInt(block.firstCell(k + 1) - block.firstCell(k));
      for (int cell = block.firstCell(k); cell < block.firstCell(k + 1); cell++) {
        out.writeShort(block.slot(cell));
        for (int q = 0; q < quantities; q++) {
          out.writeLong(block.value(q, cell));
        }
      }
    }
    return bytes.toByteArray();
  }

  private Block decode(BlockKey key, Place place, byte[] body) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
    Block.Builder builder = new Block.Builder(key, calendar, numbering.current());
    int dimensions = key.shape().dimensions().size();
    long[] quantities = new long[key.shape().quantities().size()];
    for (int k = in.readInt(); k > 0; k--) {
      Direction direction = Direction.valueOf(in.readUTF());
      String[] values = new String[dimensions];
      for (int i = 0; i < dimensions; i++) {
        values[i] = in.readUTF();
      }
      int number = builder.numberOf(new GroupKey(direction, List.of(values)));
      for (int cell = in.readInt(); cell > 0; cell--) {
        int slot = in.readUnsignedShort();
        for (int q = 0; q < quantities.length; q++) {
          quantities[q] = in.readLong();
        }
        builder.addAt(slot, number, quantities);
      }
    }
    return builder.build(place.origin());
  }

  private static byte[] bytesAt(Place place) throws IOException {
    try (FileChannel channel = FileChannel.open(place.file(), StandardOpenOption.READ)) {
      byte[] body = read(channel, place.bodyAt(), place.bodyBytes()).array();
      if (check(body) != place.bodyCheck()) {
        throw new IOException("a damaged block in " + place.file().getFileName());
      }
      return body;
    }
  }

  private static ByteBuffer read(FileChannel channel, long at, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    long next = at;
    while (buffer.hasRemaining()) {
      int got = channel.read(buffer, next);
      if (got < 0) {
        throw new IOException("the file ends at " + next);
      }
      next += got;
    }
    return buffer.flip();
  }

  private static byte[] header(int headBytes, int bodyBytes, int bodyCheck) {
    return ByteBuffer.allocate(3 * Integer.BYTES)
        .putInt(headBytes)
        .putInt(bodyBytes)
        .putInt(bodyCheck)
        .array();
  }

  private static int check(byte[]... parts) {
    CRC32C sum = new CRC32C();
    for (byte[] part : parts) {
      sum.update(part);
    }
    return (int) sum.getValue();
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

  /** Writes nothing more. */
  @Override
  public synchronized void close() {
    closed = true;
    closeOwn();
  }
}

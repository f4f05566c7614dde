package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.TransferQuantities;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.SiteCalendar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStoreTest {
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final SiteCalendar CALENDAR = new SiteCalendar(CHICAGO);
  private static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");
  private static final String LINEAGE = "7000000000000000001/1";
  private static final Shape SHAPE =
      Shape.of(
          List.of(Dimensions.DIRECTION, Dimensions.MOVER),
          List.of(TransferQuantities.BYTES, TransferQuantities.TRANSFERS));
  private static final LocalDate FIRST = LocalDate.parse("2020-01-01");

  @TempDir Path root;

  private static SourceSettings settings(Map<String, Object> json) {
    return SourceSettingsLoader.load(
        new SourceSettingsLoader.RawSettings(
            "standby", "", "", json, Map.of("password", "geheim")));
  }

  /** A process's view: its own numbers of keys, the same files. */
  private static final class View implements AutoCloseable {
    private final KeyNumbers keyNumbers;
    private final DiskStore store;

    View(Path root, int keysBefore, long directoryBytes, long rootBytes, String lookBack) {
      Numbering numbering = new Numbering(new Memory(64L << 20), () -> 16L << 20);
      keyNumbers = numbering.current(SHAPE);
      for (int i = 0; i < keysBefore; i++) {
        keyNumbers.numberOf(new GroupKey(List.of(Direction.WRITE.label(), "other" + i)));
      }
      store =
          new DiskStore(
              root,
              settings(
                  Map.of("siteTimeZone", "America/Chicago", "lookBack", Long.valueOf(lookBack))),
              Catalogue.ENSTORE,
              CALENDAR,
              numbering,
              () -> NOW,
              Runnable::run,
              directoryBytes,
              rootBytes);
    }

    View(Path root, int keysBefore) {
      this(root, keysBefore, DiskStore.DIRECTORY_BYTES, DiskStore.ROOT_BYTES, "7");
    }

    /** A block whose content follows from its day. */
    Block block(LocalDate day, String lineage) {
      Random random = new Random(day.toEpochDay());
      Block.Builder builder = new Block.Builder(key(day), CALENDAR, keyNumbers);
      for (int i = 0; i < 40; i++) {
        GroupKey key = new GroupKey(List.of(Direction.READ.label(), "L8G1_" + random.nextInt(9)));
        builder.add(
            CALENDAR.startOfDay(day) + random.nextInt(80_000),
            keyNumbers.numberOf(key),
            new long[] {random.nextLong(1L << 40), 1});
      }
      builder.leaveOut(CALENDAR.startOfDay(day) + random.nextInt(80_000), 3);
      return builder.build(new Origin(NOW, NOW, NOW, NOW, lineage));
    }

    void keep(LocalDate day) {
      store.keep(block(day, LINEAGE));
    }

    Optional<Block> find(LocalDate day) {
      return store.find(key(day), LINEAGE);
    }

    /** Whether the day's block is there; it must be right then. */
    boolean has(LocalDate day) {
      Optional<Block> found = find(day);
      found.ifPresent(
          block -> {
            assertThat(cells(block)).isEqualTo(cells(block(day, LINEAGE)));
            assertThat(block.leftOut()).isEqualTo(block(day, LINEAGE).leftOut()).hasSize(1);
            assertThat(block.origin()).isEqualTo(new Origin(NOW, NOW, NOW, NOW, LINEAGE));
          });
      return found.isPresent();
    }

    private Map<String, Long> cells(Block block) {
      Map<String, Long> cells = new TreeMap<>();
      for (int k = 0; k < block.keyCount(); k++) {
        for (int cell = block.firstCell(k); cell < block.firstCell(k + 1); cell++) {
          for (int q = 0; q < 2; q++) {
            cells.put(
                keyNumbers.keyOf(block.keyNumber(k)) + " " + block.slot(cell) + " " + q,
                block.value(q, cell));
          }
        }
      }
      return cells;
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private static BlockKey key(LocalDate day) {
    return new BlockKey(Transfers.FACTS, Grain.HOUR, SHAPE, Span.ofDay(day));
  }

  private void keep(int days) {
    try (View view = new View(root, 0)) {
      for (int day = 0; day < days; day++) {
        view.keep(FIRST.plusDays(day));
      }
    }
  }

  private int found(int days) {
    try (View view = new View(root, 5)) {
      return found(view, days);
    }
  }

  private static int found(View view, int days) {
    int found = 0;
    for (int day = 0; day < days; day++) {
      found += view.has(FIRST.plusDays(day)) ? 1 : 0;
    }
    return found;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void blocks_outliveTheirProcess_underOtherKeyNumbers() throws Exception {
    keep(20);

    try (View view = new View(root, 17)) {
      assertThat(found(view, 20)).isEqualTo(20);
      assertThat(view.find(FIRST.plusDays(20))).isEmpty();
      assertThat(view.store.hits()).isEqualTo(20);
      assertThat(view.store.discarded()).isZero();
    }
    for (Path file : files()) {
      assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
          .contains("L8G1_")
          .doesNotContain("geheim");
    }
  }

  /** Other bytes for the same block would have to be another version of the format. */
  @Test
  void file_hasTheBytesOfItsFormat() throws Exception {
    try (View view = new View(root, 0)) {
      Block.Builder builder = new Block.Builder(key(FIRST), CALENDAR, view.keyNumbers);
      int number =
          view.keyNumbers.numberOf(new GroupKey(List.of(Direction.READ.label(), "L8G1_3")));
      builder.addAt(5, number, new long[] {1L << 30, 3});
      view.store.keep(builder.build(new Origin(NOW, NOW, NOW, NOW, LINEAGE)));
    }

    // The mark, sizes and checksums; the table and grain, dimensions and quantities, days and
    // instants of the head; the key, the cell and the rows left out of the body.
    String record =
        "b10c0e570000007d0000002cf3f06bfc5d70a8aa"
            + "0009656e63705f786665720004484f5552"
            + "0000000200096469726563"
            + "74696f6e00056d6f766572"
            + "000000020005627974657300097472616e7366657273"
            + "00000000000047560000000000004757"
            + "000000006855939000000000000000006855939000000000"
            + "000000006855939000000000000000006855939000000000"
            + "00000001000472656164"
            + "00064c3847315f33"
            + "00000001000500000000400000000000000000000003"
            + "00000000";
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(files().get(0)))).isEqualTo(record);
  }

  @Test
  void otherSettings_otherLineage_orOtherSnapshot_findNothing() {
    keep(3);

    try (View otherLookBack =
        new View(root, 0, DiskStore.DIRECTORY_BYTES, DiskStore.ROOT_BYTES, "8")) {
      assertThat(otherLookBack.find(FIRST)).isEmpty();
    }
    try (View promoted = new View(root, 0)) {
      assertThat(promoted.store.find(key(FIRST), "7000000000000000001/2")).isEmpty();
      assertThat(promoted.find(FIRST)).isPresent();
    }
  }

  @Test
  void truncatedFile_losesItsTornRecordAlone() throws Exception {
    keep(10);
    Path file = files().get(0);
    byte[] whole = Files.readAllBytes(file);
    for (int cut = 1; cut < whole.length; cut += 97) {
      Files.write(file, java.util.Arrays.copyOf(whole, whole.length - cut));
      int records = (int) Math.ceil(cut / (whole.length / 10.0));
      assertThat(found(10)).isBetween(10 - records - 1, 9);
    }
  }

  @Test
  void flippedBytes_neverGiveAWrongBlock() throws Exception {
    keep(5);
    Path file = files().get(0);
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(1);
    long discarded = 0;
    for (int round = 0; round < 100; round++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      try (View view = new View(root, 3)) {
        // What is found has been compared with what was kept.
        assertThat(found(view, 5)).isLessThan(5);
        discarded += view.store.discarded();
      }
    }
    // A length that reaches beyond the file looks like a record that is being written.
    assertThat(discarded).isGreaterThan(90);
  }

  @Test
  void killedWriter_leavesWholeBlocks() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                root.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    while (files().isEmpty() || Files.size(files().get(0)) < 200_000) {
      assertThat(writer.isAlive()).isTrue();
      Thread.onSpinWait();
    }
    // Another process reads and writes meanwhile.
    try (View other = new View(root, 2)) {
      assertThat(found(other, 20)).isPositive();
      other.keep(FIRST.minusDays(1));
    }
    writer.destroyForcibly();
    assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();

    try (View view = new View(root, 2)) {
      assertThat(found(view, 20)).isEqualTo(20);
      assertThat(view.has(FIRST.minusDays(1))).isTrue();
    }
  }

  /** Keeps blocks until it is killed. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      try (View view = new View(Path.of(arguments[0]), 0)) {
        for (int day = 0; ; day++) {
          view.keep(FIRST.plusDays(day % 100_000));
        }
      }
    }
  }

  @Test
  void manyFiles_areTidiedUp_butNotThoseInUse() throws Exception {
    List<View> living = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      View view = new View(root, i);
      view.keep(FIRST.plusDays(i));
      living.add(view);
    }
    for (View view : living.subList(0, 9)) {
      view.close();
    }

    try (View view = new View(root, 1)) {
      assertThat(found(view, 12)).isEqualTo(12);
      assertThat(files()).hasSize(4);
    }
    living.forEach(View::close);
    assertThat(found(12)).isEqualTo(12);
  }

  @Test
  void fullDirectory_keepsWhatItHas() throws Exception {
    try (View view = new View(root, 0, 20_000, DiskStore.ROOT_BYTES, "7")) {
      for (int day = 0; day < 100; day++) {
        view.keep(FIRST.plusDays(day));
      }
    }

    assertThat(Files.size(files().get(0))).isLessThanOrEqualTo(20_000);
    assertThat(found(100)).isBetween(5, 60);
  }

  @Test
  void unusedDirectories_areRemoved_beyondTheBoundOfAll() throws Exception {
    try (View old = new View(root, 0, DiskStore.DIRECTORY_BYTES, 1, "8")) {
      old.keep(FIRST);
    }
    assertThat(files()).hasSize(1);

    try (View view = new View(root, 0, DiskStore.DIRECTORY_BYTES, 1, "7")) {
      view.keep(FIRST);
      assertThat(view.has(FIRST)).isTrue();
    }

    assertThat(files()).hasSize(1);
    try (View old = new View(root, 0, DiskStore.DIRECTORY_BYTES, DiskStore.ROOT_BYTES, "8")) {
      assertThat(old.find(FIRST)).isEmpty();
    }
  }

  @Test
  void fileInsteadOfADirectory_costsOnlySpeed() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "not a directory");

    try (View view = new View(file, 0)) {
      view.keep(FIRST);
      assertThat(view.find(FIRST)).isEmpty();
    }
    assertThat(file).hasContent("not a directory");
  }

  @Test
  void readOnlyDirectory_isReadAllTheSame() throws Exception {
    keep(2);
    Path directory = files().get(0).getParent();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
    try (View view = new View(root, 0)) {
      view.keep(FIRST.plusDays(2));
      assertThat(found(view, 2)).isEqualTo(2);
    } finally {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void engine_startsWarm_andReadsWhatMayHaveChanged() {
    InMemoryTransferSource source = new InMemoryTransferSource(CHICAGO, () -> NOW);
    for (int day = 1; day < 400; day++) {
      source.add(
          new InMemoryTransferSource.Transfer(
              LocalDate.parse("2025-06-20").minusDays(day).atTime(12, 0),
              "A.mover",
              "FTTDriver",
              Direction.READ,
              day,
              "cms",
              "LTO8",
              "TD8",
              "TS4500"));
    }
    List<Long> first = sums(source);
    int reads = source.reads().size();

    List<Long> second = sums(source);

    assertThat(second).isEqualTo(first);
    assertThat(source.reads().subList(reads, source.reads().size()))
        .hasSize(1)
        .allSatisfy(read -> assertThat(read.from()).isEqualTo("2025-06-13"));
    source.becomes("memory/2");
    source.lose(transfer -> true);
    assertThat(sums(source)).containsOnly(0L);
  }

  @Test
  void closedEngine_leavesItsFilesUnlocked_andWritesNothingMore() throws Exception {
    InMemoryTransferSource source = new InMemoryTransferSource(CHICAGO, () -> NOW);
    SourceSettings settings = settings(Map.of("siteTimeZone", "America/Chicago"));
    List<Runnable> writes = new CopyOnWriteArrayList<>();
    ExecutorService loaders = Executors.newSingleThreadExecutor();
    SeriesEngine engine =
        new SeriesEngine(
            source,
            settings,
            () -> NOW,
            loaders,
            Optional.of(new SeriesEngine.Disk(root, writes::add)));
    engine.names(
        new NamesQuery(
            Transfers.DATASET,
            Dimensions.LIBRARY,
            Optional.of(Duration.ofDays(90)),
            Optional.empty(),
            Set.of(),
            Map.of()),
        new Cancellation());
    assertThat(writes).hasSizeGreaterThan(1);
    writes.remove(0).run();
    long writtenBefore = Files.size(files().get(0));

    engine.close();
    writes.forEach(Runnable::run);

    List<Path> files = files();
    assertThat(files).hasSize(1);
    assertThat(Files.size(files.get(0))).isEqualTo(writtenBefore);
    try (FileChannel file = FileChannel.open(files.get(0), StandardOpenOption.WRITE);
        FileLock lock = file.tryLock()) {
      assertThat(lock).isNotNull();
    }
  }

  private List<Long> sums(InMemoryTransferSource source) {
    Memory memory = new Memory(64L << 20);
    Numbering numbering = new Numbering(memory, () -> 16L << 20);
    SourceSettings settings = settings(Map.of("siteTimeZone", "America/Chicago"));
    DiskStore disk =
        new DiskStore(
            root, settings, Catalogue.ENSTORE, CALENDAR, numbering, () -> NOW, Runnable::run);
    BlockStore store =
        new BlockStore(
            source,
            settings,
            CALENDAR,
            () -> NOW,
            Runnable::run,
            numbering,
            memory,
            Optional.of(disk));
    store.saw(source.state(new Cancellation()).lineage(), NOW);
    LocalDate today = LocalDate.parse("2025-06-20");
    List<Long> sums = new ArrayList<>();
    store
        .get(
            Span.cover(
                    Grain.DAY,
                    today.minusDays(300),
                    today.plusDays(1),
                    store.settledBefore(NOW.plus(Duration.ZERO)))
                .stream()
                .map(
                    span ->
                        new BlockKey(
                            Transfers.FACTS,
                            Grain.DAY,
                            Shape.of(
                                List.of(Dimensions.DIRECTION, Dimensions.MOVER),
                                List.of(TransferQuantities.BYTES)),
                            span))
                .toList(),
            BlockStore.Wish.ALL,
            block -> true,
            new Cancellation())
        .blocks()
        .forEach(
            block -> {
              long sum = 0;
              for (int cell = 0; cell < block.cellCount(); cell++) {
                sum += block.value(0, cell);
              }
              sums.add(sum);
            });
    store.close();
    return sums;
  }
}

package org.enstore.accounting.series;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.measure.SiteCalendar;

/** How blocks lie in a file, one record after the other. Without state, so thread-safe. */
final class BlockFormat {
  /*
   * A record has a head, which says which block it is of, and a body; each has its checksum. A head
   * that is torn or damaged ends its file, a damaged body is left out.
   *
   * The numbers of keys are a process's own. A record has the keys in full.
   */

  /** Changes whenever a record is written differently, or its numbers mean something else. */
  static final int VERSION = 3;

  private static final int MARK = 0xB10C0E57;
  private static final int START_BYTES = 5 * Integer.BYTES;
  private static final int MOST_HEAD_BYTES = 1 << 20;

  private BlockFormat() {}

  /** Where the record of a block lies. */
  record Place(Path file, long bodyAt, int bodyBytes, int bodyCheck, Origin origin) {}

  /** The record of a block, about to be written. Immutable. */
  static final class Entry {
    private final Origin origin;
    private final byte[] head;
    private final byte[] body;
    private final int bodyCheck;

    private Entry(BlockKey key, Origin origin, byte[] body) throws IOException {
      this.origin = origin;
      this.head = encodeHead(key, origin);
      this.body = body;
      this.bodyCheck = check(body);
    }

    /** The record of {@code block}. */
    static Entry of(Block block) throws IOException {
      return new Entry(block.key(), block.origin(), encodeBody(block));
    }

    /** The same record as in {@code channel}'s file at {@code place}; empty if it is damaged. */
    static Optional<Entry> copyOf(FileChannel channel, BlockKey key, Place place)
        throws IOException {
      byte[] body = bytes(channel, place.bodyAt(), place.bodyBytes()).array();
      return check(body) == place.bodyCheck()
          ? Optional.of(new Entry(key, place.origin(), body))
          : Optional.empty();
    }

    /** What it takes in its file. */
    long sizeBytes() {
      return START_BYTES + (long) head.length + body.length;
    }

    /** Writes it into {@code channel}, which is of {@code file}, from {@code at} on. */
    Place writeTo(FileChannel channel, Path file, long at) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate((int) sizeBytes());
      buffer.putInt(MARK).putInt(head.length).putInt(body.length).putInt(bodyCheck);
      buffer.putInt(headCheck(head, body.length, bodyCheck));
      buffer.put(head).put(body).flip();
      long next = at;
      while (buffer.hasRemaining()) {
        next += channel.write(buffer, next);
      }
      return new Place(file, at + START_BYTES + head.length, body.length, bodyCheck, origin);
    }
  }

  /**
   * Goes through the records of {@code file}, up to the first that is not whole.
   *
   * @param lineage whose data it is
   * @param catalogue what the database has
   * @param found takes each record that this version knows
   * @throws IOException at the first that is damaged
   */
  static void scan(
      Path file, String lineage, Catalogue catalogue, BiConsumer<BlockKey, Place> found)
      throws IOException {
    long at = 0;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      while (at + START_BYTES <= size) {
        ByteBuffer start = bytes(channel, at, START_BYTES);
        int mark = start.getInt();
        int headBytes = start.getInt();
        int bodyBytes = start.getInt();
        int bodyCheck = start.getInt();
        int headCheck = start.getInt();
        long end = at + START_BYTES + headBytes + (long) bodyBytes;
        if (mark != MARK || headBytes < 0 || bodyBytes < 0 || headBytes > MOST_HEAD_BYTES) {
          throw new IOException("no record at " + at);
        }
        if (end > size) {
          break;
        }
        byte[] head = bytes(channel, at + START_BYTES, headBytes).array();
        if (headCheck(head, bodyBytes, bodyCheck) != headCheck) {
          throw new IOException("a damaged record at " + at);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(head));
        Optional<BlockKey> key = decodeKey(in, catalogue);
        if (key.isPresent()) {
          Origin origin = new Origin(instant(in), instant(in), instant(in), instant(in), lineage);
          found.accept(key.get(), new Place(file, end - bodyBytes, bodyBytes, bodyCheck, origin));
        }
        at = end;
      }
    }
  }

  /**
   * The block of {@code key} that lies at {@code place}.
   *
   * @param numbers those it is to have for its keys
   * @throws IOException if it cannot be read, or is damaged
   */
  static Block read(Place place, BlockKey key, SiteCalendar calendar, KeyNumbers numbers)
      throws IOException {
    try (FileChannel channel = FileChannel.open(place.file(), StandardOpenOption.READ)) {
      byte[] body = bytes(channel, place.bodyAt(), place.bodyBytes()).array();
      if (check(body) != place.bodyCheck()) {
        throw new IOException("a damaged block in " + place.file().getFileName());
      }
      Block.Builder builder = new Block.Builder(key, calendar, numbers);
      decodeBody(body, key.shape(), builder);
      return builder.build(place.origin());
    }
  }

  private static byte[] encodeHead(BlockKey key, Origin origin) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF(key.table().id());
    out.writeUTF(key.grain().name());
    out.writeInt(key.shape().dimensions().size());
    for (Dimension dimension : key.shape().dimensions()) {
      out.writeUTF(dimension.id());
    }
    out.writeInt(key.shape().quantities().size());
    for (Quantity quantity : key.shape().quantities()) {
      out.writeUTF(quantity.id());
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
  private static Optional<BlockKey> decodeKey(DataInputStream in, Catalogue catalogue)
      throws IOException {
    Optional<SourceTable> table = catalogue.table(in.readUTF());
    String grain = in.readUTF();
    List<Dimension> dimensions = new ArrayList<>();
    boolean known = true;
    for (int i = in.readInt(); i > 0; i--) {
      Optional<Dimension> dimension = catalogue.dimension(in.readUTF());
      dimension.ifPresent(dimensions::add);
      known &= dimension.isPresent();
    }
    List<Quantity> quantities = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      Optional<Quantity> quantity = catalogue.quantity(in.readUTF());
      quantity.ifPresent(quantities::add);
      known &= quantity.isPresent();
    }
    Span span = new Span(LocalDate.ofEpochDay(in.readLong()), LocalDate.ofEpochDay(in.readLong()));
    if (!known || table.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new BlockKey(table.get(), Grain.valueOf(grain), Shape.of(dimensions, quantities), span));
  }

  private static Instant instant(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  private static byte[] encodeBody(Block block) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    int quantities = block.key().shape().quantities().size();
    out.writeInt(block.keyCount());
    for (int k = 0; k < block.keyCount(); k++) {
      GroupKey key = block.groupKey(k);
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
    out.writeInt(block.leftOut().size());
    for (Map.Entry<Integer, Long> slot : block.leftOut().entrySet()) {
      out.writeShort(slot.getKey());
      out.writeLong(slot.getValue());
    }
    return bytes.toByteArray();
  }

  private static void decodeBody(byte[] body, Shape shape, Block.Builder builder)
      throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
    int dimensions = shape.dimensions().size();
    long[] quantities = new long[shape.quantities().size()];
    for (int k = in.readInt(); k > 0; k--) {
      String[] values = new String[dimensions];
      for (int i = 0; i < dimensions; i++) {
        values[i] = in.readUTF();
      }
      int number = builder.numberOf(new GroupKey(List.of(values)));
      for (int cell = in.readInt(); cell > 0; cell--) {
        int slot = in.readUnsignedShort();
        for (int q = 0; q < quantities.length; q++) {
          quantities[q] = in.readLong();
        }
        builder.addAt(slot, number, quantities);
      }
    }
    for (int slots = in.readInt(); slots > 0; slots--) {
      builder.leaveOutAt(in.readUnsignedShort(), in.readLong());
    }
  }

  private static ByteBuffer bytes(FileChannel channel, long at, int count) throws IOException {
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

  /** Of the head, and of what is said of the body before it. */
  private static int headCheck(byte[] head, int bodyBytes, int bodyCheck) {
    ByteBuffer sizes = ByteBuffer.allocate(3 * Integer.BYTES);
    return check(sizes.putInt(head.length).putInt(bodyBytes).putInt(bodyCheck).array(), head);
  }

  private static int check(byte[]... parts) {
    CRC32C sum = new CRC32C();
    for (byte[] part : parts) {
      sum.update(part);
    }
    return (int) sum.getValue();
  }
}

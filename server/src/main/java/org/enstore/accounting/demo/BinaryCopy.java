package org.enstore.accounting.demo;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into a table by COPY in PostgreSQL's binary format. The values of a row are
 * given in the order of the columns. Not thread-safe.
 */
final class BinaryCopy implements AutoCloseable {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };
  private static final int CAPACITY = 1 << 17;

  /** No row may be longer. */
  private static final int MAX_ROW = 1 << 13;

  private static final int NULL_LENGTH = -1;
  private static final int END_OF_ROWS = -1;

  /** PostgreSQL counts from 2000-01-01. */
  private static final long EPOCH_SECONDS = 946_684_800L;

  private static final long MICROS = 1_000_000L;

  private final CopyIn copy;
  private final int columns;
  private final ByteBuffer buffer = ByteBuffer.allocate(CAPACITY);
  private int rowStart;
  private int textStart;
  private long rows;

  /**
   * Begins to copy.
   *
   * @param options more options of COPY, such as {@code FREEZE}; may be empty
   */
  BinaryCopy(Connection connection, String table, List<String> columns, String options)
      throws SQLException {
    String names = columns.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
    this.copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "COPY %s (%s) FROM STDIN WITH (FORMAT binary%s)"
                    .formatted(table, names, options.isEmpty() ? "" : ", " + options));
    this.columns = columns.size();
    buffer.put(SIGNATURE).putInt(0).putInt(0);
  }

  BinaryCopy row() throws SQLException {
    if (buffer.remaining() < MAX_ROW) {
      flush();
    }
    rows++;
    rowStart = buffer.position();
    buffer.putShort((short) columns);
    return this;
  }

  /** Gives the row just completed a second time. */
  void repeatRow() throws SQLException {
    int length = buffer.position() - rowStart;
    byte[] last = new byte[length];
    buffer.get(rowStart, last);
    if (buffer.remaining() < MAX_ROW) {
      flush();
    }
    rows++;
    rowStart = buffer.position();
    buffer.put(last);
  }

  /** A timestamp without zone, in seconds of its wall clock since 1970-01-01 00:00. */
  BinaryCopy timestamp(long wallClockSeconds) {
    return int8((wallClockSeconds - EPOCH_SECONDS) * MICROS);
  }

  /** A timestamp with time zone, in seconds since the epoch. */
  BinaryCopy instant(long epochSeconds) {
    return int8((epochSeconds - EPOCH_SECONDS) * MICROS);
  }

  BinaryCopy int4(int value) {
    buffer.putInt(Integer.BYTES).putInt(value);
    return this;
  }

  BinaryCopy int8(long value) {
    buffer.putInt(Long.BYTES).putLong(value);
    return this;
  }

  BinaryCopy float8(double value) {
    buffer.putInt(Double.BYTES).putDouble(value);
    return this;
  }

  BinaryCopy nothing() {
    buffer.putInt(NULL_LENGTH);
    return this;
  }

  /** A text, or NULL for null. */
  BinaryCopy text(@Nullable String value) {
    if (value == null) {
      return nothing();
    }
    return begin().add(value).end();
  }

  /** Begins a text of several pieces. */
  BinaryCopy begin() {
    textStart = buffer.position();
    buffer.putInt(0);
    return this;
  }

  /** A piece of the text begun; ASCII only. */
  BinaryCopy add(String piece) {
    for (int i = 0; i < piece.length(); i++) {
      buffer.put((byte) piece.charAt(i));
    }
    return this;
  }

  /** A piece of the text begun: a number of at least so many digits. */
  BinaryCopy add(long number, int digits) {
    int length = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) {
      length++;
    }
    length = Math.max(length, digits);
    int start = buffer.position();
    buffer.position(start + length);
    long rest = number;
    for (int i = start + length - 1; i >= start; i--) {
      buffer.put(i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    return this;
  }

  /** Ends the text begun. */
  BinaryCopy end() {
    buffer.putInt(textStart, buffer.position() - textStart - Integer.BYTES);
    return this;
  }

  /** Sends what is left and has the server take it all. Answers how many rows there were. */
  long finish() throws SQLException {
    buffer.putShort((short) END_OF_ROWS);
    flush();
    copy.endCopy();
    return rows;
  }

  /** Gives up what was not finished. */
  @Override
  public void close() throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }

  private void flush() throws SQLException {
    copy.writeToCopy(buffer.array(), 0, buffer.position());
    buffer.clear();
  }
}

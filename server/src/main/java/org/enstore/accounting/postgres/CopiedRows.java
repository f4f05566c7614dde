package org.enstore.accounting.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jooq.Field;
import org.jooq.Select;
import org.jooq.conf.ParamType;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * The rows of a query on their way from the server by COPY in PostgreSQL's binary format, one at a
 * time. Places of columns count from 1. Not thread-safe.
 */
final class CopiedRows implements AutoCloseable {
  /*
   * Rows fetched through a portal, some thousand at a time, would stream as well. But a server does
   * not run a portal's plan in parallel, as its reader might never come back for the rest; nor does
   * it for a cursor. A COPY runs to its end, and may be added up by as many workers as the server's
   * own settings allow.
   */
  private static final int SIGNATURE_BYTES = 11;
  private static final int END_OF_ROWS = -1;
  private static final int NULL_LENGTH = -1;

  /** Where the server's messages come from, each with whole rows; the header is in the first. */
  interface Messages extends AutoCloseable {
    /** The next message, or null after the last. */
    byte @Nullable [] next() throws SQLException;

    /** Ends the copy if it has not ended. */
    @Override
    void close() throws SQLException;
  }

  private final Messages messages;
  private final List<Field<?>> columns;
  private final int[] offsets;
  private final int[] lengths;
  private ByteBuffer message = ByteBuffer.allocate(0);
  private boolean begun;

  /** The rows of {@code columns} that {@code messages} carry. */
  CopiedRows(List<Field<?>> columns, Messages messages) {
    this.columns = List.copyOf(columns);
    this.messages = messages;
    this.offsets = new int[columns.size()];
    this.lengths = new int[columns.size()];
  }

  /**
   * Has the server run {@code query}, whose values become a part of the statement's text: none of
   * them may be a secret.
   */
  static CopiedRows of(Connection connection, Select<?> query) throws SQLException {
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(statement(query));
    return new CopiedRows(query.getSelect(), new Copy(copy));
  }

  /** What {@link #of} sends. */
  static String statement(Select<?> query) {
    return "copy (" + query.getSQL(ParamType.INLINED) + ") to stdout (format binary)";
  }

  /** Steps to the next row; false after the last one, which also ends the statement. */
  boolean next() throws SQLException {
    if (!message.hasRemaining() && !nextMessage()) {
      return false;
    }
    if (!begun) {
      begun = true;
      message.position(SIGNATURE_BYTES + Integer.BYTES);
      int extensionBytes = message.getInt();
      message.position(message.position() + extensionBytes);
      return next();
    }
    int count = message.getShort();
    if (count == END_OF_ROWS) {
      // The server's last word on whether it succeeded comes after the rows.
      while (nextMessage()) {
        message.position(message.limit());
      }
      return false;
    }
    if (count != offsets.length) {
      throw new SQLException("a row of " + count + " columns, not of " + offsets.length);
    }
    for (int column = 0; column < count; column++) {
      lengths[column] = message.getInt();
      offsets[column] = message.position();
      message.position(message.position() + Math.max(0, lengths[column]));
    }
    return true;
  }

  /** An integer of any width; 0 for null. */
  long getLong(int place) {
    int at = offsets[place - 1];
    return switch (lengths[place - 1]) {
      case NULL_LENGTH -> 0;
      case Short.BYTES -> message.getShort(at);
      case Integer.BYTES -> message.getInt(at);
      default -> message.getLong(at);
    };
  }

  /** A double precision number; 0 for null. */
  double getDouble(int place) {
    return lengths[place - 1] == NULL_LENGTH ? 0 : message.getDouble(offsets[place - 1]);
  }

  /** A text, or an integer in digits; empty for null. */
  String getString(int place) {
    int length = lengths[place - 1];
    if (length == NULL_LENGTH) {
      return "";
    }
    if (Number.class.isAssignableFrom(columns.get(place - 1).getType())) {
      return Long.toString(getLong(place));
    }
    return new String(message.array(), offsets[place - 1], length, StandardCharsets.UTF_8);
  }

  /** Ends the statement, also before its last row. */
  @Override
  public void close() throws SQLException {
    messages.close();
  }

  private boolean nextMessage() throws SQLException {
    byte[] bytes = messages.next();
    if (bytes == null) {
      return false;
    }
    message = ByteBuffer.wrap(bytes);
    return true;
  }

  /** Messages of a server. */
  private record Copy(CopyOut copy) implements Messages {
    @Override
    public byte @Nullable [] next() throws SQLException {
      return copy.readFromCopy();
    }

    @Override
    public void close() throws SQLException {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }
}

package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CopiedRowsTest {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };
  private static final byte[] END = {-1, -1};
  private static final List<Field<?>> COLUMNS =
      List.of(
          DSL.field("name", String.class),
          DSL.field("sum", Long.class),
          DSL.field("bin", Integer.class),
          DSL.field("seconds", Double.class));

  @Test
  void rows_ofAllTypes() throws Exception {
    Server server =
        new Server(
            joined(header(new byte[0]), row(text("Lübeck"), int8(1L << 60), int4(-7), float8(0.5))),
            row(text(""), int8(-1), int4(3), float8(-2)),
            END);
    CopiedRows rows = new CopiedRows(COLUMNS, server);

    assertThat(rows.next()).isTrue();
    assertThat(rows.getString(1)).isEqualTo("Lübeck");
    assertThat(rows.getLong(2)).isEqualTo(1L << 60);
    assertThat(rows.getLong(3)).isEqualTo(-7);
    assertThat(rows.getString(3)).isEqualTo("-7");
    assertThat(rows.getDouble(4)).isEqualTo(0.5);
    assertThat(rows.next()).isTrue();
    assertThat(rows.getString(1)).isEmpty();
    assertThat(rows.getLong(2)).isEqualTo(-1);
    assertThat(rows.getString(2)).isEqualTo("-1");
    assertThat(rows.getDouble(4)).isEqualTo(-2);
    assertThat(rows.next()).isFalse();
    assertThat(rows.next()).isFalse();
  }

  @Test
  void rows_nullsAreEmptyOrZero() throws Exception {
    CopiedRows rows =
        new CopiedRows(COLUMNS, new Server(joined(header(new byte[0]), rowOfNulls(4)), END));

    assertThat(rows.next()).isTrue();
    assertThat(rows.getString(1)).isEmpty();
    assertThat(rows.getLong(2)).isZero();
    assertThat(rows.getString(3)).isEmpty();
    assertThat(rows.getDouble(4)).isZero();
  }

  @Test
  void rows_noneAndAnExtendedHeader() throws Exception {
    Server server = new Server(joined(header(new byte[] {1, 2, 3}), END));

    assertThat(new CopiedRows(COLUMNS, server).next()).isFalse();
  }

  @Test
  void end_isWaitedFor() throws Exception {
    Server server =
        new Server(joined(header(new byte[0]), row(text("a"), int8(1), int4(1), float8(1))), END);
    server.failure = new SQLException("the transaction was rolled back", "40001");
    CopiedRows rows = new CopiedRows(COLUMNS, server);

    assertThat(rows.next()).isTrue();
    assertThatThrownBy(rows::next).isSameAs(server.failure);
  }

  @Test
  void row_ofAnotherWidth() {
    Server server = new Server(joined(header(new byte[0]), row(text("a"))), END);

    assertThatThrownBy(() -> new CopiedRows(COLUMNS, server).next())
        .isInstanceOf(SQLException.class)
        .hasMessage("a row of 1 columns, not of 4");
  }

  private static byte[] header(byte[] extension) {
    return joined(
        SIGNATURE, new byte[4], ByteBuffer.allocate(4).putInt(extension.length).array(), extension);
  }

  private static byte[] row(byte[]... values) {
    byte[] row = ByteBuffer.allocate(2).putShort((short) values.length).array();
    for (byte[] value : values) {
      row = joined(row, int4(value.length), value);
    }
    return row;
  }

  private static byte[] rowOfNulls(int count) {
    byte[] row = ByteBuffer.allocate(2).putShort((short) count).array();
    for (int i = 0; i < count; i++) {
      row = joined(row, int4(-1));
    }
    return row;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] int8(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  private static byte[] int4(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] float8(double value) {
    return ByteBuffer.allocate(8).putDouble(value).array();
  }

  private static byte[] joined(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  /** Sends its messages and then, if it has one, its failure. */
  private static final class Server implements CopiedRows.Messages {
    private final Deque<byte[]> messages;
    private @Nullable SQLException failure;

    Server(byte[]... messages) {
      this.messages = new ArrayDeque<>(List.of(messages));
    }

    @Override
    public byte @Nullable [] next() throws SQLException {
      if (messages.isEmpty() && failure != null) {
        throw failure;
      }
      return messages.poll();
    }

    @Override
    public void close() {
      messages.clear();
    }
  }
}

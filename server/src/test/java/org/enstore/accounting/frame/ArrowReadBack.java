package org.enstore.accounting.frame;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.util.ByteArrayReadableSeekableByteChannel;
import org.jspecify.annotations.Nullable;

/** An Arrow file as Arrow's own library reads it. */
public record ArrowReadBack(Map<String, String> metadata, int batches, List<Field> fields) {

  public record Field(
      String name,
      String type,
      boolean nullable,
      Map<String, String> metadata,
      List<@Nullable Object> values) {}

  public static ArrowReadBack of(byte[] file) {
    try (RootAllocator allocator = new RootAllocator();
        ArrowFileReader reader =
            new ArrowFileReader(new ByteArrayReadableSeekableByteChannel(file), allocator)) {
      int batches = reader.getRecordBlocks().size();
      if (batches > 0) {
        reader.loadNextBatch();
      }
      List<Field> fields = new ArrayList<>();
      for (FieldVector vector : reader.getVectorSchemaRoot().getFieldVectors()) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int row = 0; row < vector.getValueCount(); row++) {
          values.add(value(vector, row));
        }
        fields.add(
            new Field(
                vector.getName(),
                vector.getField().getType().toString(),
                vector.getField().isNullable(),
                vector.getField().getMetadata(),
                values));
      }
      return new ArrowReadBack(
          reader.getVectorSchemaRoot().getSchema().getCustomMetadata(), batches, fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable Object value(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return null;
    }
    if (vector instanceof TimeStampNanoVector times) {
      return times.get(row);
    }
    if (vector instanceof BigIntVector longs) {
      return longs.get(row);
    }
    if (vector instanceof Float8Vector doubles) {
      return doubles.get(row);
    }
    if (vector instanceof VarCharVector texts) {
      return texts.getObject(row).toString();
    }
    return ((BitVector) vector).get(row) == 1;
  }
}

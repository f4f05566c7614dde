package org.enstore.accounting.frame;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.jspecify.annotations.Nullable;

/**
 * The values of a column, by type, and how each is laid out in Arrow and in JSON. Immutable.
 *
 * <p>In Arrow's record batch a column is its validity bits and then its data buffers: one for
 * values of fixed width, two for texts. Sizes are asked for first and every buffer is then filled
 * in one go at its place in the file.
 */
abstract sealed class Values {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  static Values times(long[] epochNanos) {
    return new Times(epochNanos, new BitSet());
  }

  /** Times of which those in {@code missing} are none. */
  static Values times(long[] epochNanos, BitSet missing) {
    return new Times(epochNanos, missing);
  }

  static Values starts(Buckets buckets) {
    long[] epochNanos = new long[buckets.count()];
    for (int i = 0; i < epochNanos.length; i++) {
      epochNanos[i] = Math.multiplyExact(buckets.start(i), NANOS_PER_SECOND);
    }
    return new Times(epochNanos, new BitSet());
  }

  static Values numbers(Numbers numbers) {
    // Numbers is sealed: whatever is not exact is floating point.
    return numbers instanceof Numbers.Longs longs
        ? new Exacts(longs)
        : new Reals((Numbers.Doubles) numbers);
  }

  static Values texts(List<? extends @Nullable String> texts) {
    return new Texts(texts);
  }

  static Values truths(List<? extends @Nullable Boolean> truths) {
    return new Truths(truths);
  }

  abstract int size();

  abstract int missingCount();

  /** The first missing value from {@code row} on, or −1 when none is. */
  abstract int nextMissing(int row);

  final boolean isMissing(int row) {
    return nextMissing(row) == row;
  }

  /** The type in Grafana's front end. */
  abstract String family();

  /** The type in Grafana's back end. */
  abstract String goType();

  /** The code of the Arrow type. */
  abstract byte arrowType();

  /** Writes the table that describes the Arrow type. */
  abstract int writeArrowType(FlatBufferBuilder builder);

  /** How many data buffers there are. */
  int bufferCount() {
    return 1;
  }

  /** The length of data buffer {@code index}, in bytes, without padding. */
  abstract long bufferBytes(int index);

  /** Appends data buffer {@code index}; {@code target} is little-endian and zeroed. */
  abstract void copyBuffer(int index, ByteBuffer target);

  /** Writes a value that is not missing; null for a number that JSON does not have. */
  abstract void writeJson(int row, JsonText json);

  /** What a JSON null really is: {@code NaN}, {@code Inf}, {@code NegInf}; empty for null. */
  String entity(int row) {
    return "";
  }

  /** Nanoseconds beyond the whole milliseconds that JSON carries. */
  long nanosBeyondMillis(int row) {
    return 0;
  }

  /**
   * Appends the validity bits: one for each row, least significant first, set where not missing.
   */
  final void copyValidity(ByteBuffer target) {
    int start = target.position();
    int size = size();
    for (int row = 0; row < size; row += Byte.SIZE) {
      target.put((byte) (size - row >= Byte.SIZE ? -1 : (1 << (size - row)) - 1));
    }
    for (int row = nextMissing(0); row >= 0; row = nextMissing(row + 1)) {
      int at = start + row / Byte.SIZE;
      target.put(at, (byte) (target.get(at) & ~(1 << (row % Byte.SIZE))));
    }
  }

  private static final class Times extends Values {
    private final long[] epochNanos;
    private final BitSet missing;

    Times(long[] epochNanos, BitSet missing) {
      this.epochNanos = epochNanos;
      this.missing = missing;
    }

    @Override
    int size() {
      return epochNanos.length;
    }

    @Override
    int missingCount() {
      return missing.cardinality();
    }

    @Override
    int nextMissing(int row) {
      return missing.nextSetBit(row);
    }

    @Override
    String family() {
      return "time";
    }

    @Override
    String goType() {
      return "time.Time";
    }

    @Override
    byte arrowType() {
      return Type.Timestamp;
    }

    @Override
    int writeArrowType(FlatBufferBuilder builder) {
      // Nanoseconds: hosts take the numbers for nanoseconds whatever unit is stated.
      return Timestamp.createTimestamp(builder, TimeUnit.NANOSECOND, 0);
    }

    @Override
    long bufferBytes(int index) {
      return (long) epochNanos.length * Long.BYTES;
    }

    @Override
    void copyBuffer(int index, ByteBuffer target) {
      target.asLongBuffer().put(epochNanos);
    }

    @Override
    void writeJson(int row, JsonText json) {
      json.number(Math.floorDiv(epochNanos[row], NANOS_PER_MILLI));
    }

    @Override
    long nanosBeyondMillis(int row) {
      return Math.floorMod(epochNanos[row], NANOS_PER_MILLI);
    }
  }

  private static final class Exacts extends Values {
    private final Numbers.Longs numbers;

    Exacts(Numbers.Longs numbers) {
      this.numbers = numbers;
    }

    @Override
    int size() {
      return numbers.size();
    }

    @Override
    int missingCount() {
      return numbers.missingCount();
    }

    @Override
    int nextMissing(int row) {
      return numbers.nextMissing(row);
    }

    @Override
    String family() {
      return "number";
    }

    @Override
    String goType() {
      return "int64";
    }

    @Override
    byte arrowType() {
      return Type.Int;
    }

    @Override
    int writeArrowType(FlatBufferBuilder builder) {
      return Int.createInt(builder, Long.SIZE, true);
    }

    @Override
    long bufferBytes(int index) {
      return (long) numbers.size() * Long.BYTES;
    }

    @Override
    void copyBuffer(int index, ByteBuffer target) {
      numbers.copyTo(target.asLongBuffer());
    }

    @Override
    void writeJson(int row, JsonText json) {
      json.number(numbers.at(row));
    }
  }

  private static final class Reals extends Values {
    private final Numbers.Doubles numbers;

    Reals(Numbers.Doubles numbers) {
      this.numbers = numbers;
    }

    @Override
    int size() {
      return numbers.size();
    }

    @Override
    int missingCount() {
      return numbers.missingCount();
    }

    @Override
    int nextMissing(int row) {
      return numbers.nextMissing(row);
    }

    @Override
    String family() {
      return "number";
    }

    @Override
    String goType() {
      return "float64";
    }

    @Override
    byte arrowType() {
      return Type.FloatingPoint;
    }

    @Override
    int writeArrowType(FlatBufferBuilder builder) {
      return FloatingPoint.createFloatingPoint(builder, Precision.DOUBLE);
    }

    @Override
    long bufferBytes(int index) {
      return (long) numbers.size() * Double.BYTES;
    }

    @Override
    void copyBuffer(int index, ByteBuffer target) {
      numbers.copyTo(target.asDoubleBuffer());
    }

    @Override
    void writeJson(int row, JsonText json) {
      double number = numbers.at(row);
      if (Double.isFinite(number)) {
        json.number(number);
      } else {
        json.nothing();
      }
    }

    @Override
    String entity(int row) {
      double number = numbers.at(row);
      if (Double.isFinite(number) || isMissing(row)) {
        return "";
      }
      return Double.isNaN(number) ? "NaN" : number > 0 ? "Inf" : "NegInf";
    }
  }

  /** Texts, encoded once: the text of a row lies between its offset and the next. */
  private static final class Texts extends Values {
    private final byte[] utf8;
    private final int[] offsets;
    private final BitSet missing = new BitSet();

    Texts(List<? extends @Nullable String> texts) {
      offsets = new int[texts.size() + 1];
      byte[][] encoded = new byte[texts.size()][];
      for (int row = 0; row < encoded.length; row++) {
        String text = texts.get(row);
        missing.set(row, text == null);
        encoded[row] = (text == null ? "" : text).getBytes(StandardCharsets.UTF_8);
        offsets[row + 1] = Math.addExact(offsets[row], encoded[row].length);
      }
      utf8 = new byte[offsets[encoded.length]];
      for (int row = 0; row < encoded.length; row++) {
        System.arraycopy(encoded[row], 0, utf8, offsets[row], encoded[row].length);
      }
    }

    @Override
    int size() {
      return offsets.length - 1;
    }

    @Override
    int missingCount() {
      return missing.cardinality();
    }

    @Override
    int nextMissing(int row) {
      return missing.nextSetBit(row);
    }

    @Override
    String family() {
      return "string";
    }

    @Override
    String goType() {
      return "string";
    }

    @Override
    byte arrowType() {
      return Type.Utf8;
    }

    @Override
    int writeArrowType(FlatBufferBuilder builder) {
      Utf8.startUtf8(builder);
      return Utf8.endUtf8(builder);
    }

    @Override
    int bufferCount() {
      return 2;
    }

    @Override
    long bufferBytes(int index) {
      return index == 0 ? (long) offsets.length * Integer.BYTES : utf8.length;
    }

    @Override
    void copyBuffer(int index, ByteBuffer target) {
      if (index == 0) {
        target.asIntBuffer().put(offsets);
      } else {
        target.put(utf8);
      }
    }

    @Override
    void writeJson(int row, JsonText json) {
      json.text(
          new String(utf8, offsets[row], offsets[row + 1] - offsets[row], StandardCharsets.UTF_8));
    }
  }

  private static final class Truths extends Values {
    private final int size;
    private final BitSet truths = new BitSet();
    private final BitSet missing = new BitSet();

    Truths(List<? extends @Nullable Boolean> values) {
      size = values.size();
      for (int row = 0; row < size; row++) {
        Boolean value = values.get(row);
        missing.set(row, value == null);
        truths.set(row, value != null && value);
      }
    }

    @Override
    int size() {
      return size;
    }

    @Override
    int missingCount() {
      return missing.cardinality();
    }

    @Override
    int nextMissing(int row) {
      return missing.nextSetBit(row);
    }

    @Override
    String family() {
      return "boolean";
    }

    @Override
    String goType() {
      return "bool";
    }

    @Override
    byte arrowType() {
      return Type.Bool;
    }

    @Override
    int writeArrowType(FlatBufferBuilder builder) {
      Bool.startBool(builder);
      return Bool.endBool(builder);
    }

    @Override
    long bufferBytes(int index) {
      return (size + 7L) / 8;
    }

    @Override
    void copyBuffer(int index, ByteBuffer target) {
      target.put(truths.toByteArray());
    }

    @Override
    void writeJson(int row, JsonText json) {
      json.truth(truths.get(row));
    }
  }
}

package org.enstore.accounting.frame;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;

/** Writes a frame as the Arrow IPC file that Grafana's hosts expect in a data response. */
public final class ArrowFile {
  /*
   * The file, every part but the last two padded to eight bytes:
   *
   *   magic | schema message | record batch message, its body | end of stream
   *         | footer (the schema again, where the batch is) | footer's length | magic
   *
   * A message is a marker, its length and a flatbuffer. A frame without rows has no batch. All
   * messages are built first, which settles every length; then one array of the exact size is
   * filled, and the values, nearly all of the bytes, are copied once.
   *
   * What the readers ask for. Version 5 and eight-byte alignment are what the arrow-go of 2021
   * writes itself. It skips the validity buffer's entry when a column has no nulls, so an empty
   * entry stands there. Lists that may be empty (children, dictionaries) are written all the same:
   * the C++ reader refuses a file without them. Hosts take no compression and no dictionaries.
   */
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  private static final int ALIGNMENT = 8;
  private static final int PREFIX_BYTES = 8;
  private static final int CONTINUATION = -1;
  private static final short VERSION = MetadataVersion.V5;

  private ArrowFile() {}

  /**
   * The frame as a file, in an array of exactly its size that the caller may keep.
   *
   * @throws ArithmeticException if the file would be larger than an array can be
   */
  public static byte[] encode(Frame frame) {
    Texts texts = new Texts(frame);
    ByteBuffer schema = schemaMessage(frame, texts);
    boolean hasBatch = frame.rowCount() > 0;
    Layout layout = new Layout(hasBatch ? frame.columns() : List.of());
    ByteBuffer batch = hasBatch ? batchMessage(frame, layout) : ByteBuffer.allocate(0);

    long batchAt = padded(MAGIC.length) + messageBytes(schema);
    long batchBytes = hasBatch ? messageBytes(batch) : 0;
    ByteBuffer footer = footer(frame, texts, batchAt, batchBytes, layout.bodyBytes());
    long size =
        batchAt
            + batchBytes
            + layout.bodyBytes()
            + PREFIX_BYTES
            + footer.remaining()
            + Integer.BYTES
            + MAGIC.length;

    byte[] file = new byte[Math.toIntExact(size)];
    ByteBuffer out = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).position((int) padded(MAGIC.length));
    putMessage(out, schema);
    if (hasBatch) {
      putMessage(out, batch);
      layout.putBody(frame.columns(), out);
    }
    out.putInt(CONTINUATION).putInt(0);
    out.putInt(putAll(out, footer)).put(MAGIC);
    return file;
  }

  private static ByteBuffer schemaMessage(Frame frame, Texts texts) {
    FlatBufferBuilder builder = new FlatBufferBuilder(texts.capacity());
    int schema = schema(builder, frame, texts);
    return message(builder, MessageHeader.Schema, schema, 0);
  }

  private static ByteBuffer batchMessage(Frame frame, Layout layout) {
    FlatBufferBuilder builder =
        new FlatBufferBuilder(128 + 16 * (frame.columns().size() + layout.bufferCount()));
    RecordBatch.startBuffersVector(builder, layout.bufferCount());
    for (int i = layout.bufferCount() - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, layout.offset(i), layout.length(i));
    }
    int buffers = builder.endVector();
    List<Column> columns = frame.columns();
    RecordBatch.startNodesVector(builder, columns.size());
    for (int i = columns.size() - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, frame.rowCount(), columns.get(i).values().missingCount());
    }
    int nodes = builder.endVector();
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, frame.rowCount());
    RecordBatch.addNodes(builder, nodes);
    RecordBatch.addBuffers(builder, buffers);
    int batch = RecordBatch.endRecordBatch(builder);
    return message(builder, MessageHeader.RecordBatch, batch, layout.bodyBytes());
  }

  private static ByteBuffer message(
      FlatBufferBuilder builder, byte headerType, int header, long bodyBytes) {
    Message.startMessage(builder);
    Message.addVersion(builder, VERSION);
    Message.addHeaderType(builder, headerType);
    Message.addHeader(builder, header);
    Message.addBodyLength(builder, bodyBytes);
    builder.finish(Message.endMessage(builder));
    return builder.dataBuffer();
  }

  private static ByteBuffer footer(
      Frame frame, Texts texts, long batchAt, long batchBytes, long bodyBytes) {
    FlatBufferBuilder builder = new FlatBufferBuilder(texts.capacity());
    int schema = schema(builder, frame, texts);
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    Footer.startRecordBatchesVector(builder, batchBytes == 0 ? 0 : 1);
    if (batchBytes > 0) {
      Block.createBlock(builder, batchAt, (int) batchBytes, bodyBytes);
    }
    int batches = builder.endVector();
    Footer.startFooter(builder);
    Footer.addVersion(builder, VERSION);
    Footer.addSchema(builder, schema);
    Footer.addDictionaries(builder, dictionaries);
    Footer.addRecordBatches(builder, batches);
    builder.finish(Footer.endFooter(builder));
    return builder.dataBuffer();
  }

  private static int schema(FlatBufferBuilder builder, Frame frame, Texts texts) {
    Field.startChildrenVector(builder, 0);
    int noChildren = builder.endVector();
    Shared shared = new Shared(builder);
    int[] fields = new int[frame.columns().size()];
    for (int i = 0; i < fields.length; i++) {
      Column column = frame.columns().get(i);
      byte[] labels = texts.labels[i];
      byte[] config = texts.configs[i];
      int[] pairs = new int[1 + (labels.length > 0 ? 1 : 0) + (config.length > 0 ? 1 : 0)];
      int count = 0;
      pairs[count++] = shared.family(column.values().family());
      if (labels.length > 0) {
        pairs[count++] = shared.pair("labels", labels);
      }
      if (config.length > 0) {
        pairs[count] = shared.pair("config", config);
      }
      int metadata = Field.createCustomMetadataVector(builder, pairs);
      int name = string(builder, texts.names[i]);
      int type = shared.type(column.values());
      Field.startField(builder);
      Field.addName(builder, name);
      Field.addNullable(builder, column.isNullable());
      Field.addTypeType(builder, column.values().arrowType());
      Field.addType(builder, type);
      Field.addChildren(builder, noChildren);
      Field.addCustomMetadata(builder, metadata);
      fields[i] = Field.endField(builder);
    }
    int fieldsVector = Schema.createFieldsVector(builder, fields);
    int name = shared.pair("name", texts.name);
    int refId = shared.pair("refId", texts.refId);
    int metadata =
        Schema.createCustomMetadataVector(
            builder,
            texts.meta.length == 0
                ? new int[] {name, refId}
                : new int[] {name, refId, shared.pair("meta", texts.meta)});
    Schema.startSchema(builder);
    Schema.addFields(builder, fieldsVector);
    Schema.addCustomMetadata(builder, metadata);
    return Schema.endSchema(builder);
  }

  private static int string(FlatBufferBuilder builder, byte[] utf8) {
    return builder.createString(ByteBuffer.wrap(utf8));
  }

  private static long messageBytes(ByteBuffer message) {
    return PREFIX_BYTES + padded(message.remaining());
  }

  private static void putMessage(ByteBuffer out, ByteBuffer message) {
    int length = (int) padded(message.remaining());
    out.putInt(CONTINUATION).putInt(length);
    int end = out.position() + length;
    putAll(out, message);
    out.position(end);
  }

  private static int putAll(ByteBuffer out, ByteBuffer part) {
    int length = part.remaining();
    out.put(part);
    return length;
  }

  private static long padded(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Where each buffer of the record batch lies in its body. */
  private static final class Layout {
    private final long[] offsets;
    private final long[] lengths;
    private final long bodyBytes;

    Layout(List<Column> columns) {
      int count = 0;
      for (Column column : columns) {
        count += 1 + column.values().bufferCount();
      }
      offsets = new long[count];
      lengths = new long[count];
      long end = 0;
      int at = 0;
      for (Column column : columns) {
        Values values = column.values();
        for (int part = -1; part < values.bufferCount(); part++) {
          offsets[at] = end;
          lengths[at] = part >= 0 ? values.bufferBytes(part) : validityBytes(values);
          end += padded(lengths[at++]);
        }
      }
      bodyBytes = end;
    }

    int bufferCount() {
      return offsets.length;
    }

    long offset(int buffer) {
      return offsets[buffer];
    }

    long length(int buffer) {
      return lengths[buffer];
    }

    long bodyBytes() {
      return bodyBytes;
    }

    /** Fills the body, which begins where {@code out} stands, and steps behind it. */
    void putBody(List<Column> columns, ByteBuffer out) {
      int start = out.position();
      int at = 0;
      for (Column column : columns) {
        Values values = column.values();
        for (int part = -1; part < values.bufferCount(); part++) {
          if (lengths[at] > 0) {
            out.position(start + (int) offsets[at]);
            if (part >= 0) {
              values.copyBuffer(part, out);
            } else {
              values.copyValidity(out);
            }
          }
          at++;
        }
      }
      out.position(start + (int) bodyBytes);
    }

    private static long validityBytes(Values values) {
      return values.missingCount() == 0 ? 0 : (values.size() + 7L) / 8;
    }
  }

  /** The texts of the schema in UTF-8: it is written twice, they are encoded once. */
  private static final class Texts {
    private static final byte[] NONE = {};

    final byte[] name;
    final byte[] refId;
    final byte[] meta;
    final byte[][] names;
    final byte[][] labels;
    final byte[][] configs;
    private int bytes;

    Texts(Frame frame) {
      List<Column> columns = frame.columns();
      name = utf8(frame.name());
      refId = utf8(frame.refId());
      meta = frame.meta().isEmpty() ? NONE : utf8(frame.meta().json());
      names = new byte[columns.size()][];
      labels = new byte[columns.size()][];
      configs = new byte[columns.size()][];
      for (int i = 0; i < names.length; i++) {
        Column column = columns.get(i);
        names[i] = utf8(column.name());
        labels[i] =
            column.labels().isEmpty()
                ? NONE
                : utf8(new JsonText().texts(column.labels()).toString());
        configs[i] = column.config().isEmpty() ? NONE : utf8(column.config().json());
      }
    }

    /** About what the schema takes in a flatbuffer; a builder that runs out of room doubles. */
    int capacity() {
      return 512 + bytes + 160 * names.length;
    }

    private byte[] utf8(String text) {
      byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
      bytes += encoded.length;
      return encoded;
    }
  }

  /** What is the same in many fields is written once and pointed to. */
  private static final class Shared {
    private final FlatBufferBuilder builder;
    private final Map<String, Integer> strings = new HashMap<>();
    private final Map<String, Integer> families = new HashMap<>();
    private final Map<Byte, Integer> types = new HashMap<>();

    Shared(FlatBufferBuilder builder) {
      this.builder = builder;
    }

    /** The key–value pair that tells the field's family. */
    int family(String family) {
      Integer known = families.get(family);
      if (known == null) {
        known = pair("tstype", family.getBytes(StandardCharsets.UTF_8));
        families.put(family, known);
      }
      return known;
    }

    int pair(String key, byte[] value) {
      int keyAt = strings.computeIfAbsent(key, builder::createString);
      return KeyValue.createKeyValue(builder, keyAt, string(builder, value));
    }

    int type(Values values) {
      return types.computeIfAbsent(values.arrowType(), ignored -> values.writeArrowType(builder));
    }
  }
}

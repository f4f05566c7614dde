package org.enstore.accounting.frame;

import java.util.List;

/**
 * Writes a frame as the JSON that Grafana's live streams carry: the schema, and the values column
 * by column. Times are whole milliseconds, with what is beyond them under {@code nanos}; numbers
 * that JSON does not have are null and told under {@code entities}; integers keep every digit.
 * Hosts of Grafana 9 do not know {@code nanos} and refuse it; it is written for times between
 * milliseconds alone, which buckets never begin at.
 */
public final class FrameJson {
  private FrameJson() {}

  /** Schema and data. */
  public static byte[] encode(Frame frame) {
    JsonText json = new JsonText(capacity(frame)).beginObject();
    writeSchema(frame, json.key("schema"));
    writeData(frame, json.key("data"));
    return json.endObject().toUtf8();
  }

  /** The schema alone: a stream's first packet. */
  public static byte[] encodeSchema(Frame frame) {
    JsonText json = new JsonText().beginObject();
    writeSchema(frame, json.key("schema"));
    return json.endObject().toUtf8();
  }

  /** The data alone: the packets of a stream whose schema is known. */
  public static byte[] encodeData(Frame frame) {
    JsonText json = new JsonText(capacity(frame)).beginObject();
    writeData(frame, json.key("data"));
    return json.endObject().toUtf8();
  }

  private static int capacity(Frame frame) {
    long values = (long) frame.rowCount() * frame.columns().size();
    return (int) Math.min(1024 + 200L * frame.columns().size() + 12 * values, 1 << 26);
  }

  private static void writeSchema(Frame frame, JsonText json) {
    json.beginObject();
    if (!frame.name().isEmpty()) {
      json.key("name").text(frame.name());
    }
    if (!frame.refId().isEmpty()) {
      json.key("refId").text(frame.refId());
    }
    if (!frame.meta().isEmpty()) {
      json.key("meta").raw(frame.meta().json());
    }
    json.key("fields").beginArray();
    for (Column column : frame.columns()) {
      json.beginObject().key("name").text(column.name());
      json.key("type").text(column.values().family());
      json.key("typeInfo").beginObject().key("frame").text(column.values().goType());
      if (column.isNullable()) {
        json.key("nullable").truth(true);
      }
      json.endObject();
      if (!column.labels().isEmpty()) {
        json.key("labels").texts(column.labels());
      }
      if (!column.config().isEmpty()) {
        json.key("config").raw(column.config().json());
      }
      json.endObject();
    }
    json.endArray().endObject();
  }

  private static void writeData(Frame frame, JsonText json) {
    List<Values> columns = frame.columns().stream().map(Column::values).toList();
    json.beginObject().key("values").beginArray();
    for (Values values : columns) {
      json.beginArray();
      int missing = values.nextMissing(0);
      for (int row = 0; row < values.size(); row++) {
        if (row == missing) {
          json.nothing();
          missing = values.nextMissing(row + 1);
        } else {
          values.writeJson(row, json);
        }
      }
      json.endArray();
    }
    json.endArray();
    if (columns.stream().anyMatch(FrameJson::hasEntities)) {
      json.key("entities").beginArray();
      columns.forEach(values -> writeEntities(values, json));
      json.endArray();
    }
    if (columns.stream().anyMatch(FrameJson::hasNanos)) {
      json.key("nanos").beginArray();
      columns.forEach(values -> writeNanos(values, json));
      json.endArray();
    }
    json.endObject();
  }

  private static boolean hasEntities(Values values) {
    for (int row = 0; row < values.size(); row++) {
      if (!values.entity(row).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static void writeEntities(Values values, JsonText json) {
    if (!hasEntities(values)) {
      json.nothing();
      return;
    }
    json.beginObject();
    for (String entity : List.of("NaN", "Inf", "NegInf")) {
      boolean found = false;
      for (int row = 0; row < values.size(); row++) {
        if (values.entity(row).equals(entity)) {
          if (!found) {
            json.key(entity).beginArray();
            found = true;
          }
          json.number(row);
        }
      }
      if (found) {
        json.endArray();
      }
    }
    json.endObject();
  }

  private static boolean hasNanos(Values values) {
    for (int row = 0; row < values.size(); row++) {
      if (values.nanosBeyondMillis(row) != 0) {
        return true;
      }
    }
    return false;
  }

  private static void writeNanos(Values values, JsonText json) {
    if (!hasNanos(values)) {
      json.nothing();
      return;
    }
    json.beginArray();
    for (int row = 0; row < values.size(); row++) {
      json.number(values.nanosBeyondMillis(row));
    }
    json.endArray();
  }
}

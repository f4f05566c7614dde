package org.enstore.accounting.proto;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Everything in proto files that two programs must agree on, one fact a line:
 *
 * <pre>
 * method  service/method     request -&gt; response    streaming kind
 * message name
 * field   message  number    name    type           label
 * enum    name     number    value
 * </pre>
 *
 * <p>Lines are sorted, so that neither the order nor the number of files makes a difference.
 */
final class WireTable {
  private final List<String> lines = new ArrayList<>();

  private WireTable() {}

  static List<String> of(Iterable<FileDescriptor> files) {
    WireTable table = new WireTable();
    for (FileDescriptor file : files) {
      file.getServices().forEach(table::addService);
      file.getMessageTypes().forEach(table::addMessage);
      file.getEnumTypes().forEach(table::addEnum);
    }
    Collections.sort(table.lines);
    return List.copyOf(table.lines);
  }

  private void addService(ServiceDescriptor service) {
    for (MethodDescriptor method : service.getMethods()) {
      add(
          "method",
          service.getFullName() + "/" + method.getName(),
          method.getInputType().getFullName(),
          "->",
          method.getOutputType().getFullName(),
          streaming(method));
    }
  }

  private void addMessage(Descriptor message) {
    if (message.getOptions().getMapEntry()) {
      return; // told by the type of the map field
    }
    add("message", message.getFullName());
    for (FieldDescriptor field : message.getFields()) {
      add(
          "field",
          message.getFullName(),
          // Padded, so that the sorted lines are in the order of the numbers.
          String.format(Locale.ROOT, "%2d", field.getNumber()),
          field.getName(),
          type(field),
          label(field));
    }
    message.getNestedTypes().forEach(this::addMessage);
    message.getEnumTypes().forEach(this::addEnum);
  }

  private void addEnum(EnumDescriptor enumeration) {
    for (EnumValueDescriptor value : enumeration.getValues()) {
      add(
          "enum",
          enumeration.getFullName(),
          String.format(Locale.ROOT, "%2d", value.getNumber()),
          value.getName());
    }
  }

  private void add(String... words) {
    lines.add(String.join(" ", words));
  }

  private static String streaming(MethodDescriptor method) {
    if (method.isClientStreaming()) {
      return method.isServerStreaming() ? "bidirectional" : "client-streaming";
    }
    return method.isServerStreaming() ? "server-streaming" : "unary";
  }

  private static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      Descriptor entry = field.getMessageType();
      return "map<"
          + type(entry.findFieldByName("key"))
          + ","
          + type(entry.findFieldByName("value"))
          + ">";
    }
    return switch (field.getType()) {
      case MESSAGE, GROUP -> field.getMessageType().getFullName();
      case ENUM -> field.getEnumType().getFullName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private static String label(FieldDescriptor field) {
    if (field.getRealContainingOneof() != null) {
      return "oneof:" + field.getRealContainingOneof().getName();
    }
    if (field.isRepeated()) {
      return field.isMapField() ? "map" : "repeated";
    }
    if (field.isRequired()) {
      return "required";
    }
    return field.toProto().getProto3Optional() ? "optional" : "singular";
  }
}

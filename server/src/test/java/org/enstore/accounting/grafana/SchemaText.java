package org.enstore.accounting.grafana;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON as the published schemas are laid out: short lists and references on one line. */
final class SchemaText {
  private static final int WIDTH = 100;

  private SchemaText() {}

  /** {@code value} on as many lines as it needs. */
  static String of(Object value) {
    return of(value, "", "");
  }

  private static String of(Object value, String indent, String before) {
    String inner = indent + "  ";
    List<String> lines = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      if (map.containsKey("$ref") && !map.containsKey("properties")) {
        return "{ " + String.join(", ", members(map, "")) + " }";
      }
      lines.addAll(members(map, inner));
    } else if (value instanceof List<?> list) {
      String flat = "[" + String.join(", ", list.stream().map(Json::text).toList()) + "]";
      if (list.stream().noneMatch(Map.class::isInstance) && (before + flat).length() + 1 <= WIDTH) {
        return flat;
      }
      list.forEach(item -> lines.add(inner + of(item, inner, inner)));
    } else {
      return Json.text(value);
    }
    String open = value instanceof Map ? "{" : "[";
    String close = value instanceof Map ? "}" : "]";
    return lines.isEmpty()
        ? open + close
        : open + "\n" + String.join(",\n", lines) + "\n" + indent + close;
  }

  private static List<String> members(Map<?, ?> map, String indent) {
    List<String> members = new ArrayList<>();
    map.forEach(
        (name, value) -> {
          String before = indent + Json.text(name) + ": ";
          members.add(before + of(value, indent, before));
        });
    return members;
  }
}

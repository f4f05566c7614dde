package org.enstore.accounting.frame;

/**
 * A sentence that Grafana shows at the corner of the panel.
 *
 * @param link an address to read more at, absolute or below Grafana's root; empty for none
 */
public record FrameNotice(Severity severity, String text, String link) {
  /** How much it matters. A host that meets any other word refuses the whole answer. */
  public enum Severity {
    INFO("info"),
    WARNING("warning"),
    ERROR("error");

    private final String text;

    Severity(String text) {
      this.text = text;
    }
  }

  public static FrameNotice info(String text) {
    return new FrameNotice(Severity.INFO, text, "");
  }

  public static FrameNotice warning(String text) {
    return new FrameNotice(Severity.WARNING, text, "");
  }

  public static FrameNotice error(String text) {
    return new FrameNotice(Severity.ERROR, text, "");
  }

  void writeTo(JsonText json) {
    json.beginObject().key("severity").text(severity.text).key("text").text(text);
    if (!link.isEmpty()) {
      json.key("link").text(link);
    }
    json.endObject();
  }
}

package org.enstore.accounting.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a frame says about itself as a whole: its type, notices, the executed query. Immutable. It
 * is kept as the JSON that every host reads the same way, so equal ones are written equally.
 */
public final class FrameMeta {
  private static final FrameMeta EMPTY = builder().build();

  private final Builder parts;
  private final String json;

  private FrameMeta(Builder parts, String json) {
    this.parts = parts;
    this.json = json;
  }

  /** Nothing to say. */
  public static FrameMeta empty() {
    return EMPTY;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Says that the frame is of {@code type}, and in which version of the contract. */
  public static Builder of(FrameType type) {
    return builder().type(type);
  }

  /** The same with further notices. */
  FrameMeta with(List<FrameNotice> notices) {
    return new Builder(parts).notices(notices).build();
  }

  boolean isEmpty() {
    return json.length() == 2;
  }

  /** The JSON object. */
  String json() {
    return json;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FrameMeta meta && json.equals(meta.json);
  }

  @Override
  public int hashCode() {
    return json.hashCode();
  }

  @Override
  public String toString() {
    return json;
  }

  /** How Explore should show a frame when nobody chose. */
  public enum Visualisation {
    GRAPH("graph"),
    TABLE("table"),
    LOGS("logs"),
    TRACE("trace"),
    NODE_GRAPH("nodeGraph");

    private final String text;

    Visualisation(String text) {
      this.text = text;
    }
  }

  /** What a frame is, other than plain data. */
  public enum Topic {
    ANNOTATIONS("annotations");

    private final String text;

    Topic(String text) {
      this.text = text;
    }
  }

  /** Collects what is to be said. */
  public static final class Builder {
    private @Nullable FrameType type;
    private @Nullable Visualisation visualisation;
    private @Nullable Topic topic;
    private String channel = "";
    private String executedQuery = "";
    private String custom = "";
    private final List<FrameNotice> notices = new ArrayList<>();
    private final List<String> stats = new ArrayList<>();

    private Builder() {}

    private Builder(Builder other) {
      type = other.type;
      visualisation = other.visualisation;
      topic = other.topic;
      channel = other.channel;
      executedQuery = other.executedQuery;
      custom = other.custom;
      notices.addAll(other.notices);
      stats.addAll(other.stats);
    }

    public Builder type(FrameType type) {
      this.type = type;
      return this;
    }

    public Builder notice(FrameNotice notice) {
      notices.add(notice);
      return this;
    }

    public Builder notices(List<FrameNotice> notices) {
      this.notices.addAll(notices);
      return this;
    }

    /** What was really asked, for the query inspector; empty for none. */
    public Builder executedQuery(String text) {
      executedQuery = text;
      return this;
    }

    /**
     * Anything of our own. Hosts pass it on to the browser as it is.
     *
     * @param custom texts, truth values, integers, finite doubles, nulls, lists and maps of such
     */
    public Builder custom(Map<String, ?> custom) {
      this.custom = custom.isEmpty() ? "" : new JsonText().value(custom).toString();
      return this;
    }

    /**
     * A figure about the query, for the query inspector.
     *
     * @param unit a Grafana unit id; empty for a plain number
     * @param value a finite number
     */
    public Builder stat(String title, String unit, double value) {
      JsonText stat = new JsonText().beginObject().key("displayName").text(title);
      if (!unit.isEmpty()) {
        stat.key("unit").text(unit);
      }
      stats.add(stat.key("value").number(value).endObject().toString());
      return this;
    }

    /** The live channel that goes on with this frame, {@code scope/namespace/path}. */
    public Builder channel(String channel) {
      this.channel = channel;
      return this;
    }

    public Builder topic(Topic topic) {
      this.topic = topic;
      return this;
    }

    public Builder visualisation(Visualisation visualisation) {
      this.visualisation = visualisation;
      return this;
    }

    public FrameMeta build() {
      JsonText json = new JsonText().beginObject();
      if (type != null) {
        json.key("type").text(type.text());
        if (type.contracted()) {
          json.key("typeVersion").raw("[0,1]");
        }
      }
      if (!custom.isEmpty()) {
        json.key("custom").raw(custom);
      }
      if (!stats.isEmpty()) {
        json.key("stats").raw("[" + String.join(",", stats) + "]");
      }
      if (!notices.isEmpty()) {
        json.key("notices").beginArray();
        notices.forEach(notice -> notice.writeTo(json));
        json.endArray();
      }
      if (!channel.isEmpty()) {
        json.key("channel").text(channel);
      }
      if (visualisation != null) {
        json.key("preferredVisualisationType").text(visualisation.text);
      }
      if (!executedQuery.isEmpty()) {
        json.key("executedQueryString").text(executedQuery);
      }
      if (topic != null) {
        json.key("dataTopic").text(topic.text);
      }
      return new FrameMeta(new Builder(this), json.endObject().toString());
    }
  }
}

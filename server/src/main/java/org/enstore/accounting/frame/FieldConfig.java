package org.enstore.accounting.frame;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a column wants to be shown: title, unit, decimals, links. Immutable. It is kept as the JSON
 * that every host reads the same way, so equal ones are written equally.
 */
public final class FieldConfig {
  private static final FieldConfig EMPTY = builder().build();

  private final String json;

  private FieldConfig(String json) {
    this.json = json;
  }

  /** No wishes. */
  public static FieldConfig empty() {
    return EMPTY;
  }

  public static Builder builder() {
    return new Builder();
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
    return other instanceof FieldConfig config && json.equals(config.json);
  }

  @Override
  public int hashCode() {
    return json.hashCode();
  }

  @Override
  public String toString() {
    return json;
  }

  /** Collects wishes; texts that are empty and methods not called leave the choice to Grafana. */
  public static final class Builder {
    /** More than any browser's number formatting is sure to accept. */
    private static final int MOST_DECIMALS = 20;

    private String displayName = "";
    private String description = "";
    private String unit = "";
    private String noValue = "";
    private String colour = "";
    private String custom = "";
    private long intervalMillis;
    private @Nullable Boolean filterable;
    private @Nullable Integer decimals;
    private @Nullable Double min;
    private @Nullable Double max;
    private final JsonText links = new JsonText().beginArray();
    private boolean hasLinks;

    private Builder() {}

    /** The title in legends and table heads; a user's own override wins. */
    public Builder displayName(String text) {
      displayName = text;
      return this;
    }

    public Builder description(String text) {
      description = text;
      return this;
    }

    /** A Grafana unit id, such as {@code decbytes} or {@code s}. */
    public Builder unit(String id) {
      unit = id;
      return this;
    }

    /** A colour by its name in Grafana's themes, such as {@code blue}; a panel's own gives way. */
    public Builder colour(String name) {
      colour = name;
      return this;
    }

    /** What to show instead of a missing value. */
    public Builder noValue(String text) {
      noValue = text;
      return this;
    }

    /** Whether a cell offers to filter by its value. */
    public Builder filterable(boolean filterable) {
      this.filterable = filterable;
      return this;
    }

    /** How many decimals to show, 0 to 20. */
    public Builder decimals(int decimals) {
      if (decimals < 0 || decimals > MOST_DECIMALS) {
        throw new IllegalArgumentException("decimals from 0 to 20, not " + decimals);
      }
      this.decimals = decimals;
      return this;
    }

    /** The lower end of the scale, a finite number. */
    public Builder min(double value) {
      min = value;
      return this;
    }

    /** The upper end of the scale, a finite number. */
    public Builder max(double value) {
      max = value;
      return this;
    }

    /** On a time column: rows further apart than this have a gap between them. */
    public Builder interval(Duration interval) {
      if (interval.isNegative()) {
        throw new IllegalArgumentException("an interval is not negative: " + interval);
      }
      intervalMillis = interval.toMillis();
      return this;
    }

    /** A link to offer at each value; Grafana fills in variables such as {@code ${__value.raw}}. */
    public Builder link(String title, String url, boolean newTab) {
      links.beginObject().key("title").text(title);
      if (newTab) {
        links.key("targetBlank").truth(true);
      }
      links.key("url").text(url).endObject();
      hasLinks = true;
      return this;
    }

    /**
     * Options of the panel that shows the column.
     *
     * @param custom texts, truth values, integers, finite doubles, nulls, lists and maps of such
     */
    public Builder custom(Map<String, ?> custom) {
      this.custom = custom.isEmpty() ? "" : new JsonText().value(custom).toString();
      return this;
    }

    public FieldConfig build() {
      JsonText json = new JsonText().beginObject();
      text(json, "displayNameFromDS", displayName);
      text(json, "description", description);
      if (filterable != null) {
        json.key("filterable").truth(filterable);
      }
      text(json, "unit", unit);
      if (decimals != null) {
        json.key("decimals").number(decimals.longValue());
      }
      if (min != null) {
        json.key("min").number(min.doubleValue());
      }
      if (max != null) {
        json.key("max").number(max.doubleValue());
      }
      if (intervalMillis > 0) {
        json.key("interval").number(intervalMillis);
      }
      if (!colour.isEmpty()) {
        json.key("color").beginObject().key("mode").text("fixed");
        json.key("fixedColor").text(colour).endObject();
      }
      if (hasLinks) {
        json.key("links").raw(links + "]");
      }
      text(json, "noValue", noValue);
      if (!custom.isEmpty()) {
        json.key("custom").raw(custom);
      }
      return new FieldConfig(json.endObject().toString());
    }

    private static void text(JsonText json, String key, String text) {
      if (!text.isEmpty()) {
        json.key(key).text(text);
      }
    }
  }
}

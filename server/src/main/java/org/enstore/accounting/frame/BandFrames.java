package org.enstore.accounting.frame;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;

/**
 * Makes one wide frame of groups of series, of which each has a line and bands around it. Hosts
 * draw the bands without being told how: each upper edge names the lower one that it is filled down
 * to. Lines of one group have one colour.
 */
public final class BandFrames {
  /** Colours that every theme has, told apart well; more groups begin anew. */
  private static final List<String> COLOURS =
      List.of("blue", "orange", "green", "purple", "yellow", "red");

  private BandFrames() {}

  /**
   * How one part of a group is drawn.
   *
   * @param words what its title has after that of the group; empty for nothing
   * @param below the part that it is filled down to; empty for none
   * @param colour other than the group's; empty for that
   * @param unit other than the values'; empty for that
   * @param custom options of the panel
   */
  public record Look(
      String words, String below, String colour, String unit, Map<String, ?> custom) {
    public Look {
      custom = Map.copyOf(custom);
    }

    /** A line. */
    public static Look line(String words, Map<String, ?> custom) {
      return new Look(words, "", "", "", custom);
    }

    /** The lower edge of a band. */
    public static Look lower(String words) {
      return new Look(words, "", "", "", edge(0));
    }

    /**
     * The upper edge of a band.
     *
     * @param below the part that is its lower edge
     * @param opacity of the band, in percent
     */
    public static Look upper(String words, String below, int opacity) {
      return new Look(words, below, "", "", edge(opacity));
    }

    private static Map<String, Object> edge(int opacity) {
      return Map.of(
          "drawStyle",
          "line",
          "lineWidth",
          0,
          "fillOpacity",
          opacity,
          "showPoints",
          "never",
          "hideFrom",
          Map.of("legend", true, "tooltip", false, "viz", false));
    }
  }

  /**
   * The table as one frame; a frame without columns, which means "no data", without series.
   *
   * @param label the one that tells the parts of a group apart
   * @param looks by what that label says; a part without one is a plain line
   */
  public static Frame wide(
      SeriesTable table,
      SeriesFrames.Presentation presentation,
      String label,
      Map<String, Look> looks) {
    Map<Map<String, String>, String> colours = new HashMap<>();
    return SeriesFrames.wide(
        table,
        presentation,
        series -> {
          Map<String, String> group = new LinkedHashMap<>(series.labels());
          String part = group.remove(label);
          Look look = looks.getOrDefault(part == null ? "" : part, Look.line("", Map.of()));
          String own =
              colours.computeIfAbsent(group, key -> COLOURS.get(colours.size() % COLOURS.size()));
          Map<String, Object> custom = new LinkedHashMap<>(look.custom());
          if (!look.below().isEmpty()) {
            custom.put(
                "fillBelowTo",
                title(
                    presentation,
                    series,
                    label,
                    look.below(),
                    looks.getOrDefault(look.below(), look).words()));
          }
          return FieldConfig.builder()
              .displayName(
                  title(presentation, series, label, part == null ? "" : part, look.words()))
              .unit(look.unit().isEmpty() ? presentation.unit() : look.unit())
              .colour(look.colour().isEmpty() ? own : look.colour())
              .custom(custom)
              .build();
        });
  }

  private static String title(
      SeriesFrames.Presentation presentation,
      Series series,
      String label,
      String part,
      String words) {
    Map<String, String> labels = new LinkedHashMap<>(series.labels());
    Legend legend = presentation.legend();
    if (legend.names().contains(label)) {
      labels.put(label, part);
      return legend.title(labels, presentation.words());
    }
    labels.remove(label);
    String title = legend.title(labels, presentation.words());
    return words.isEmpty() ? title : title + " " + words;
  }
}

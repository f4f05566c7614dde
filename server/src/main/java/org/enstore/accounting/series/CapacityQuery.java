package org.enstore.accounting.series;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Blanks;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Quotas;
import org.enstore.accounting.catalog.Slots;
import org.enstore.accounting.config.Complaint;

/**
 * A question for when stocks run out.
 *
 * @param filters by dimension of the stock's dataset; a missing dimension is not filtered
 * @param reserve what has to be left, at least 0
 * @param leadTime how long a delivery takes
 * @param history how far back from now use is learnt from
 * @param view what is shown
 */
public record CapacityQuery(
    Stock stock,
    Map<Dimension, Filter> filters,
    long reserve,
    Duration leadTime,
    Duration history,
    View view) {
  public CapacityQuery {
    filters = Map.copyOf(filters);
  }

  /** What may run out. */
  public enum Stock {
    /** Blank tapes, by media type. */
    BLANKS("blanks"),
    /** What is left of quotas, in tapes, by virtual library and storage group. */
    QUOTAS("quotas"),
    /** Free slots, by robot, location and media type. */
    SLOTS("slots");

    private final String label;

    Stock(String label) {
      this.label = label;
    }

    /** The word used in queries. */
    public String label() {
      return label;
    }

    /** Where it is told. */
    public Dataset dataset() {
      return switch (this) {
        case BLANKS -> Blanks.DATASET;
        case QUOTAS -> Quotas.DATASET;
        case SLOTS -> Slots.DATASET;
      };
    }

    /** What tells one stock from another. */
    public List<Dimension> groups() {
      return switch (this) {
        case BLANKS -> List.of(Dimensions.MEDIA_TYPE);
        case QUOTAS -> List.of(Dimensions.LIBRARY, Dimensions.STORAGE_GROUP);
        case SLOTS -> List.of(Dimensions.TAPE_LIBRARY, Dimensions.LOCATION, Dimensions.MEDIA_TYPE);
      };
    }
  }

  /** What is shown. */
  public enum View {
    /** Each stock with its dates, the one that ends first before the others. */
    TABLE("table"),
    /** The days until the early date alone, for alert rules. */
    DAYS("days");

    private final String label;

    View(String label) {
      this.label = label;
    }

    /** The word used in queries. */
    public String label() {
      return label;
    }
  }

  /** What in it contradicts itself, by the keys of the query model; empty when nothing does. */
  List<Complaint> contradictions() {
    List<Complaint> complaints = new ArrayList<>();
    for (Dimension dimension : filters.keySet()) {
      if (!stock.groups().contains(dimension)) {
        complaints.add(
            new Complaint(
                "filters." + dimension,
                "\"filters.%s\" does not apply: the stock \"%s\" is told apart by %s."
                    .formatted(
                        dimension,
                        stock.label(),
                        String.join(", ", stock.groups().stream().map(Dimension::id).toList()))));
      }
    }
    return complaints;
  }
}

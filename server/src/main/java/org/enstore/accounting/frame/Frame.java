package org.enstore.accounting.frame;

import java.util.ArrayList;
import java.util.List;

/**
 * A table in Grafana's sense: columns of one length and what is said about them. Immutable.
 *
 * @param name a title for people; usually empty
 * @param refId the query it answers; may be empty
 * @param columns none for "no data"
 */
public record Frame(String name, String refId, FrameMeta meta, List<Column> columns) {
  public Frame {
    columns = List.copyOf(columns);
    for (Column column : columns) {
      if (column.size() != columns.get(0).size()) {
        throw new IllegalArgumentException(
            "column "
                + column.name()
                + " has "
                + column.size()
                + " rows, the first one "
                + columns.get(0).size());
      }
    }
  }

  /** A frame under construction that answers {@code refId}. */
  public static Builder answering(String refId) {
    return new Builder(refId);
  }

  /** How many rows there are; none without columns. */
  public int rowCount() {
    return columns.isEmpty() ? 0 : columns.get(0).size();
  }

  /** The same with further notices. */
  public Frame with(List<FrameNotice> notices) {
    return new Frame(name, refId, meta.with(notices), columns);
  }

  /** Collects columns. */
  public static final class Builder {
    private final String refId;
    private final List<Column> columns = new ArrayList<>();
    private String name = "";
    private FrameMeta meta = FrameMeta.empty();

    private Builder(String refId) {
      this.refId = refId;
    }

    public Builder name(String name) {
      this.name = name;
      return this;
    }

    public Builder meta(FrameMeta meta) {
      this.meta = meta;
      return this;
    }

    public Builder column(Column column) {
      columns.add(column);
      return this;
    }

    public Frame build() {
      return new Frame(name, refId, meta, columns);
    }
  }
}

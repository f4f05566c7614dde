package org.enstore.accounting.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A table for people: columns under their headings, numbers to the right. */
final class TextTable {
  private static final String GAP = "  ";

  private final List<Column> columns = new ArrayList<>();

  /** A column and how it is set. */
  private static final class Column {
    private final boolean right;
    private final List<String> cells = new ArrayList<>();

    Column(String heading, boolean right) {
      this.right = right;
      cells.add(heading);
    }

    int width() {
      return cells.stream().mapToInt(cell -> cell.codePointCount(0, cell.length())).max().orElse(0);
    }

    String set(int row, int width) {
      String cell = row < cells.size() ? cells.get(row) : "";
      String blank = " ".repeat(width - cell.codePointCount(0, cell.length()));
      return right ? blank + cell : cell + blank;
    }
  }

  /** Adds a column of texts. */
  TextTable texts(String heading) {
    columns.add(new Column(heading, false));
    return this;
  }

  /** Adds a column of numbers. */
  TextTable numbers(String heading) {
    columns.add(new Column(heading, true));
    return this;
  }

  /** Adds a row with a cell for each column. */
  TextTable row(List<String> cells) {
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).cells.add(cells.get(i));
    }
    return this;
  }

  /**
   * The lines of the table. What is too wide is broken into several tables, one under the other,
   * each with the first column.
   *
   * @param width how long a line may be; empty for any length
   */
  List<String> lines(OptionalInt width) {
    List<String> lines = new ArrayList<>();
    int next = 1;
    do {
      List<Column> some = new ArrayList<>(columns.subList(0, 1));
      int used = columns.get(0).width();
      while (next < columns.size()
          && (some.size() == 1
              || width.isEmpty()
              || used + GAP.length() + columns.get(next).width() <= width.getAsInt())) {
        used += GAP.length() + columns.get(next).width();
        some.add(columns.get(next));
        next++;
      }
      if (!lines.isEmpty()) {
        lines.add("");
      }
      lines.addAll(set(some));
    } while (next < columns.size());
    return lines;
  }

  private static List<String> set(List<Column> columns) {
    List<String> lines = new ArrayList<>();
    int[] widths = columns.stream().mapToInt(Column::width).toArray();
    for (int row = 0; row < columns.get(0).cells.size(); row++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns.size(); i++) {
        line.append(i == 0 ? "" : GAP).append(columns.get(i).set(row, widths[i]));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}

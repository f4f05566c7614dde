package org.enstore.accounting;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of comma-separated values with a header, read line by line. */
final class CsvFile implements AutoCloseable {
  private final Path file;
  private final BufferedReader reader;
  private final List<String> header;
  private final int[] places;
  private List<String> row = List.of();
  private int line = 1;

  /** Reads {@code columns} of {@code file}. */
  CsvFile(Path file, String... columns) throws IOException {
    this.file = file;
    reader = Files.newBufferedReader(file);
    @Nullable String first = reader.readLine();
    header = first == null ? List.of() : cells(first);
    places = new int[columns.length];
    for (int i = 0; i < columns.length; i++) {
      places[i] = header.indexOf(columns[i]);
      if (places[i] < 0) {
        reader.close();
        throw new IOException(file + ":1: there is no column '" + columns[i] + "'");
      }
    }
  }

  boolean next() throws IOException {
    @Nullable String text = reader.readLine();
    if (text == null) {
      return false;
    }
    line++;
    row = cells(text);
    if (row.size() < header.size()) {
      throw new IOException(file + ":" + line + ": " + header.size() + " cells are needed");
    }
    return true;
  }

  /** The cell of the column that was the {@code which}th asked for. */
  String text(int which) {
    return row.get(places[which]);
  }

  double number(int which) throws IOException {
    try {
      return Double.parseDouble(text(which));
    } catch (NumberFormatException e) {
      throw new IOException(
          file + ":" + line + ": " + header.get(places[which]) + " must be a number", e);
    }
  }

  private static List<String> cells(String text) {
    if (text.indexOf('"') < 0) {
      return Arrays.asList(text.split(",", -1));
    }
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}

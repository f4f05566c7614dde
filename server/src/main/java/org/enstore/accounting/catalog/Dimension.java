package org.enstore.accounting.catalog;

import java.util.List;

/**
 * A text by which facts are told apart. The same dimension means the same in every dataset that has
 * it.
 *
 * @param id the word used in queries, labels and legends, and in blocks on disk
 * @param noun what one of its values is called in a sentence
 * @param nouns what several are called
 * @param values all values there are, in the order to list them; empty for any text
 * @param isBins whether its values are the numbers of a histogram's bins, which nearly every row
 *     has one of its own of
 */
public record Dimension(String id, String noun, String nouns, List<String> values, boolean isBins)
    implements Comparable<Dimension> {
  public Dimension {
    values = List.copyOf(values);
  }

  /** A dimension with these values alone. */
  static Dimension of(String id, String noun, String nouns, List<String> values) {
    return new Dimension(id, noun, nouns, values, false);
  }

  /** A dimension whose values are any texts. */
  static Dimension of(String id, String noun, String nouns) {
    return of(id, noun, nouns, List.of());
  }

  /** The bins of a histogram; a row that does not count has none. */
  static Dimension ofBins(String id) {
    return new Dimension(id, "bin", "bins", List.of(), true);
  }

  /** The word for the list of its values, in queries and paths, such as {@code storage-groups}. */
  public String list() {
    return nouns.replace(' ', '-');
  }

  @Override
  public int compareTo(Dimension other) {
    return id.compareTo(other.id);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Dimension dimension && id.equals(dimension.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id;
  }
}

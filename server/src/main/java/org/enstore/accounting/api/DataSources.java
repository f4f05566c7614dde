package org.enstore.accounting.api;

import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesEngine;

/** The data sources that the service was configured with, by name. Immutable. */
public final class DataSources {
  private final Map<String, DataSource> byName = new TreeMap<>();

  /**
   * One of them.
   *
   * @param name what callers and access lists know it by
   * @param zone the site's
   */
  public record DataSource(String name, ZoneId zone, SeriesEngine engine) {}

  public DataSources(List<DataSource> sources) {
    sources.forEach(source -> byName.put(source.name(), source));
  }

  /** Those that {@code caller} may ask, by name. */
  List<DataSource> of(Caller caller) {
    return byName.values().stream()
        .filter(source -> caller.maySee(source.name()))
        .sorted(Comparator.comparing(DataSource::name))
        .toList();
  }

  /** All of them, by name. */
  public List<DataSource> all() {
    return List.copyOf(byName.values());
  }

  /**
   * The one called {@code name}. One that {@code caller} may not ask is as unknown as one that is
   * not there.
   *
   * @throws NotFound when it is unknown
   * @throws QueryFailure when the name is missing
   */
  DataSource get(String name, Caller caller) {
    if (name.isEmpty()) {
      throw QueryFailure.of(
          List.of(
              new Complaint(
                  "dataSource", "\"dataSource\" is missing; it must be " + choice(caller) + ".")));
    }
    DataSource found = byName.get(name);
    if (found == null || !caller.maySee(name)) {
      throw new NotFound(
          "There is no data source \""
              + (name.length() > 63 ? name.substring(0, 63) + "…" : name)
              + "\"; it must be "
              + choice(caller)
              + ".");
    }
    return found;
  }

  private String choice(Caller caller) {
    List<String> names = of(caller).stream().map(DataSource::name).toList();
    return names.isEmpty()
        ? "one that your credentials have access to, of which there is none"
        : "one of " + String.join(", ", names);
  }

  /** A name that nothing answers to. */
  static final class NotFound extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotFound(String sentence) {
      super(sentence);
    }

    /** The sentence for the person who asked. */
    String sentence() {
      return String.valueOf(getMessage());
    }
  }
}

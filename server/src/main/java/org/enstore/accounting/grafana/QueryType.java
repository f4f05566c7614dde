package org.enstore.accounting.grafana;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.series.QueryFailure;

/**
 * The kinds of query there are: how each is called and read. How it is answered, it knows itself.
 */
enum QueryType {
  SERIES("series"),
  FORECAST("forecast"),
  ANOMALIES("anomalies"),
  CHANGES("changes"),
  RISK("risk"),
  CAPACITY("capacity"),
  TABLE("table"),
  RECONCILIATION("reconciliation"),
  ANNOTATIONS("annotations"),
  REPLICATION("replication"),
  VARIABLE("variable");

  private final String word;

  QueryType(String word) {
    this.word = word;
  }

  /** What queries call it. */
  String word() {
    return word;
  }

  /** What {@code queryType} may hold; the empty text is the same as series. */
  static List<String> words() {
    return Stream.concat(Stream.of(""), Arrays.stream(values()).map(type -> type.word)).toList();
  }

  /** The type called {@code word}, if there is one. */
  static Optional<QueryType> of(String word) {
    return word.isEmpty()
        ? Optional.of(SERIES)
        : Arrays.stream(values()).filter(type -> type.word.equals(word)).findFirst();
  }

  /** Every key of a query of this type, besides those that Grafana adds. */
  List<Key<?>> keys() {
    return switch (this) {
      case SERIES -> QuestionJson.KEYS;
      case FORECAST -> OutlookJson.FORECAST_KEYS;
      case ANOMALIES -> OutlookJson.ANOMALY_KEYS;
      case CHANGES -> OutlookJson.CHANGES_KEYS;
      case RISK -> OutlookJson.RISK_KEYS;
      case CAPACITY -> OutlookJson.CAPACITY_KEYS;
      case TABLE -> TableJson.KEYS;
      case RECONCILIATION -> ReconciliationJson.KEYS;
      case ANNOTATIONS -> AnnotationJson.KEYS;
      case REPLICATION -> ReplicationRequest.KEYS;
      case VARIABLE -> NamesRequest.KEYS;
    };
  }

  /**
   * Reads a query of this type.
   *
   * @param query what Grafana says around the object
   * @param object the query's own JSON
   * @throws QueryFailure with every problem
   */
  Question read(DataQuery query, Map<String, ?> object) {
    return switch (this) {
      case SERIES -> QuestionJson.series(query, object);
      case FORECAST -> OutlookJson.forecast(query, object);
      case ANOMALIES -> OutlookJson.anomalies(query, object);
      case CHANGES -> OutlookJson.changes(query, object);
      case RISK -> OutlookJson.risk(query, object);
      case CAPACITY -> OutlookJson.capacity(object);
      case TABLE -> new Question.OfTable(TableJson.read(object));
      case RECONCILIATION -> new Question.OfReconciliation(ReconciliationJson.read(query, object));
      case ANNOTATIONS -> AnnotationJson.read(query, object);
      case REPLICATION -> new Question.OfReplication(ReplicationRequest.read(query, object));
      case VARIABLE -> new Question.OfNames(NamesRequest.read(object));
    };
  }
}

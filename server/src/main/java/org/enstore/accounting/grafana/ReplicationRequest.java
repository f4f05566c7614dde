package org.enstore.accounting.grafana;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.QueryRules;
import org.enstore.accounting.series.Replication;

/**
 * A question for how replication stands on the hosts.
 *
 * @param range of the history; empty for the view that needs none
 * @param maxPoints the most points of the history
 */
record ReplicationRequest(View view, Optional<TimeRange> range, long maxPoints) {
  private static final Key<Long> VERSION =
      Key.number("version", 1, QuestionJson.VERSION, "version of the query model", 1);
  private static final Key<View> VIEW =
      Key.choice("view", List.of(View.values()), View::word, View.STATUS);

  /** Every key of the replication query, in the order to document them. */
  static final List<Key<?>> KEYS = List.of(VERSION, QuestionJson.QUERY_TYPE, VIEW);

  /** What is shown. */
  enum View {
    /** How every host is now. */
    STATUS("status"),
    /** How the lag was, in seconds and in bytes. */
    HISTORY("history"),
    /** How the lag was in seconds. Its series differ by their labels alone, as alert rules need. */
    LAG_SECONDS("lagSeconds"),
    /** The same in bytes. */
    LAG_BYTES("lagBytes");

    private final String word;

    View(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /**
   * Reads the object of a replication query.
   *
   * @throws QueryFailure with every problem
   */
  static ReplicationRequest read(DataQuery query, Map<String, ?> object) {
    KeyReader keys = new KeyReader("", object, KEYS);
    keys.take(VERSION);
    keys.take(QuestionJson.QUERY_TYPE);
    View view = keys.take(VIEW);
    keys.drop(QuestionJson.IGNORED::containsKey);
    Optional<TimeRange> range =
        view == View.STATUS ? Optional.empty() : QuestionJson.range(query, keys);
    QueryRules.refuse(keys.complaints());
    return new ReplicationRequest(view, range, QuestionJson.maxPoints(query));
  }

  /**
   * The answer, of what the last look saw.
   *
   * @param told how people are told of a moment
   */
  Frame frame(
      String refId,
      List<HostStatus> hosts,
      Replication replication,
      Function<Instant, String> told) {
    return range
        .map(asked -> ReplicationFrames.history(refId, replication, asked, maxPoints, view, told))
        .orElseGet(() -> ReplicationFrames.status(refId, hosts, replication));
  }
}

package org.enstore.accounting.grafana;

import java.util.List;
import java.util.Optional;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.frame.ArrowFile;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameNotice;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.series.AnnotationQuery;
import org.enstore.accounting.series.AnomalyQuery;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.CapacityQuery;
import org.enstore.accounting.series.ChangesQuery;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.ForecastQuery;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReconciliationQuery;
import org.enstore.accounting.series.Replication;
import org.enstore.accounting.series.RiskQuery;
import org.enstore.accounting.series.Room;
import org.enstore.accounting.series.RowsQuery;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.SeriesQuery;

/** What one query asks, read and checked. It knows which answer of the engine it wants. */
interface Question {
  /**
   * The most values that are encoded on the transport's thread, which takes some milliseconds. An
   * answer is encoded once and then repeated for as long as it stays the same.
   */
  long INLINE_VALUES = 150_000;

  /** Of which type it is. */
  QueryType type();

  /** Which database is asked for the answer. */
  default Database database() {
    return Database.ACCOUNTING;
  }

  /**
   * The answer, as an Arrow file that nobody may change, if {@code engine} has it ready and it is
   * quickly encoded; never waits.
   *
   * @param wording the words of the query it answers
   */
  default Optional<byte[]> ready(SeriesEngine engine, Wording wording) {
    return Optional.empty();
  }

  /**
   * The answer, read from the database as far as the engine does not hold it.
   *
   * @param refId the query it answers
   * @param demand what the asker insists on
   * @param room for an answer that may be large
   * @throws QueryFailure when it cannot be answered
   */
  Frame answer(
      SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room);

  /** For time series, called as {@code legend} says. */
  record OfSeries(SeriesQuery query, Legend legend) implements Question {
    @Override
    public QueryType type() {
      return QueryType.SERIES;
    }

    @Override
    public Database database() {
      return query.dataset().database();
    }

    @Override
    public Optional<byte[]> ready(SeriesEngine engine, Wording wording) {
      return engine.write(
          wording,
          query,
          INLINE_VALUES,
          answer -> ArrowFile.encode(AnswerFrames.series(wording.refId(), answer, legend)));
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return AnswerFrames.series(refId, engine.answer(query, demand, cancellation, room), legend);
    }
  }

  /** For what is to be expected, called as {@code legend} says. */
  record OfForecast(ForecastQuery query, Legend legend) implements Question {
    @Override
    public QueryType type() {
      return QueryType.FORECAST;
    }

    @Override
    public Database database() {
      return query.series().dataset().database();
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return AnswerFrames.forecast(
          refId, engine.forecast(query, demand, cancellation, room), legend);
    }
  }

  /** For what is unusual, called as {@code legend} says. */
  record OfAnomalies(AnomalyQuery query, Legend legend) implements Question {
    @Override
    public QueryType type() {
      return QueryType.ANOMALIES;
    }

    @Override
    public Database database() {
      return query.series().dataset().database();
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return AnswerFrames.anomalies(
          refId, engine.anomalies(query, demand, cancellation, room), query.view(), legend);
    }
  }

  /** For the events that a graph is to be marked with because values were unusual. */
  record OfEpisodes(AnomalyQuery query) implements Question {
    @Override
    public QueryType type() {
      return QueryType.ANNOTATIONS;
    }

    @Override
    public Database database() {
      return query.series().dataset().database();
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return AnswerFrames.annotations(
          refId, engine.anomalies(query, demand, cancellation, room).annotations());
    }
  }

  /** For what a change is made of. */
  record OfChanges(ChangesQuery query) implements Question {
    @Override
    public QueryType type() {
      return QueryType.CHANGES;
    }

    @Override
    public Database database() {
      return query.series().dataset().database();
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return ChangesFrames.table(refId, engine.changes(query, demand, cancellation, room));
    }
  }

  /** For what is likely to fail soon. */
  record OfRisk(RiskQuery query) implements Question {
    @Override
    public QueryType type() {
      return QueryType.RISK;
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return RiskFrames.table(refId, engine.risk(query, demand, cancellation, room), query.view());
    }
  }

  /** For when stocks run out. */
  record OfCapacity(CapacityQuery query) implements Question {
    @Override
    public QueryType type() {
      return QueryType.CAPACITY;
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return CapacityFrames.table(
          refId, engine.capacity(query, demand, cancellation, room), engine::startOfDay);
    }
  }

  /** For rows of a table. */
  record OfTable(RowsQuery query) implements Question {
    @Override
    public QueryType type() {
      return QueryType.TABLE;
    }

    @Override
    public Database database() {
      return query.table().database();
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return TableFrames.table(refId, engine.rows(query, demand, cancellation));
    }
  }

  /** One whose answer carries further notices. It is not kept as it was sent. */
  record Annotated(Question question, List<FrameNotice> notices) implements Question {
    @Override
    public QueryType type() {
      return question.type();
    }

    @Override
    public Database database() {
      return question.database();
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return question.answer(engine, refId, demand, cancellation, room).with(notices);
    }
  }

  /** For where the summary and the transfers differ. */
  record OfReconciliation(ReconciliationQuery query) implements Question {
    @Override
    public QueryType type() {
      return QueryType.RECONCILIATION;
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return ReconciliationFrames.table(refId, engine.reconcile(query, cancellation));
    }
  }

  /** For the events that a graph is to be marked with. */
  record OfAnnotations(AnnotationQuery query) implements Question {
    @Override
    public QueryType type() {
      return QueryType.ANNOTATIONS;
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return AnswerFrames.annotations(refId, engine.annotations(query, cancellation));
    }
  }

  /** For how replication stands, or stood. */
  record OfReplication(ReplicationRequest request) implements Question {
    @Override
    public QueryType type() {
      return QueryType.REPLICATION;
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      Replication replication = engine.replication(Database.ACCOUNTING);
      return request.frame(refId, replication.look(cancellation), replication, engine::told);
    }
  }

  /** For the names that a variable offers. */
  record OfNames(NamesRequest names) implements Question {
    @Override
    public QueryType type() {
      return QueryType.VARIABLE;
    }

    @Override
    public Database database() {
      return names.query().dataset().database();
    }

    @Override
    public Frame answer(
        SeriesEngine engine, String refId, Demand demand, Cancellation cancellation, Room room) {
      return AnswerFrames.names(refId, names.shown(engine.names(names.query(), cancellation)));
    }
  }
}

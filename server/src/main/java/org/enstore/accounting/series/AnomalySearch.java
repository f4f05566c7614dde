package org.enstore.accounting.series;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.outlook.Anomalies;
import org.enstore.accounting.outlook.AnomalyDetector;
import org.enstore.accounting.outlook.Episode;

/**
 * Answers questions for anomalies: asks for the past as a question for series, and compares each
 * complete bucket with those before it. Thread-safe.
 */
final class AnomalySearch {
  private static final int HOURS_PER_DAY = 24;
  private static final double DAYS_PER_MONTH = 30.44;
  private static final int NOWHERE = -1;

  /** So many series without enough history are named. */
  private static final int MOST_NAMED = 5;

  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

  private final Answerer answerer;
  private final Memory memory;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  AnomalySearch(Answerer answerer, Memory memory, SiteCalendar calendar, InstantSource clock) {
    this.answerer = answerer;
    this.memory = memory;
    this.calendar = calendar;
    this.clock = clock;
  }

  /**
   * Answers {@code query}.
   *
   * @throws QueryFailure when the past cannot be told, or only a part of it
   */
  AnomalyAnswer answer(AnomalyQuery query, Demand demand, Cancellation cancellation, Room room) {
    Instant now = clock.instant();
    History history =
        History.of(
            query.series(),
            query.step(),
            query.learnt(),
            calendar,
            now,
            past -> answerer.whole(past, demand, now, cancellation, room));
    return new Work(query, history, cancellation, room).answer();
  }

  /** How many buckets it takes until a series is likely to repeat itself. */
  private static int season(Step step) {
    return switch (step) {
      case HOUR_1 -> 7 * HOURS_PER_DAY;
      case WEEK -> 1;
      default -> 7;
    };
  }

  private static double bucketsPerMonth(Step step) {
    return switch (step) {
      case HOUR_1 -> HOURS_PER_DAY * DAYS_PER_MONTH;
      case WEEK -> DAYS_PER_MONTH / 7;
      default -> DAYS_PER_MONTH;
    };
  }

  /** What was found in one series. */
  private record Found(Anomalies anomalies) implements Kept {
    private static final int OVERHEAD_BYTES = 500;
    private static final int BYTES_PER_BUCKET = 3 * Double.BYTES + Integer.BYTES;
    private static final int BYTES_PER_EPISODE = 100;

    @Override
    public int sizeBytes() {
      return OVERHEAD_BYTES
          + anomalies.length() * BYTES_PER_BUCKET
          + anomalies.episodes().size() * BYTES_PER_EPISODE;
    }
  }

  private record FoundKey(String digest) {}

  /**
   * Where the buckets stand on the clock, so that the same hour of another week is a whole number
   * of places away: an hour that the clock skips is a place without a value, and one that it shows
   * twice counts the first time.
   */
  private static final class Places {
    /** By bucket learnt from, its place; {@link #NOWHERE} if it has none. */
    private final int[] ofBucket;

    /** By place, its bucket, or the one before. */
    private final int[] bucketAt;

    private Places(int[] ofBucket, int[] bucketAt) {
      this.ofBucket = ofBucket;
      this.bucketAt = bucketAt;
    }

    static Places of(History history) {
      int count = history.length();
      int[] ofBucket = new int[count];
      int last = -1;
      long firstDay = 0;
      for (int i = 0; i < count; i++) {
        int place = i;
        if (history.answer().step() == Step.HOUR_1) {
          ZonedDateTime clock = local(history, i);
          long day = clock.toLocalDate().toEpochDay();
          firstDay = i == 0 ? day : firstDay;
          place = (int) (day - firstDay) * HOURS_PER_DAY + clock.getHour();
        }
        ofBucket[i] = place > last ? place : NOWHERE;
        last = Math.max(last, place);
      }
      int[] bucketAt = new int[last + 1];
      Arrays.fill(bucketAt, NOWHERE);
      for (int i = 0; i < count; i++) {
        if (ofBucket[i] != NOWHERE) {
          bucketAt[ofBucket[i]] = i;
        }
      }
      for (int place = 0; place <= last; place++) {
        if (bucketAt[place] == NOWHERE) {
          bucketAt[place] = place == 0 ? 0 : bucketAt[place - 1];
        }
      }
      return new Places(ofBucket, bucketAt);
    }

    private static ZonedDateTime local(History history, int bucket) {
      return Instant.ofEpochSecond(history.buckets().start(history.first() + bucket))
          .atZone(history.calendar().zone());
    }

    double[] placed(double[] values) {
      double[] placed = new double[bucketAt.length];
      Arrays.fill(placed, Double.NaN);
      for (int i = 0; i < values.length; i++) {
        if (ofBucket[i] != NOWHERE) {
          placed[ofBucket[i]] = values[i];
        }
      }
      return placed;
    }
  }

  /** One answer under way. */
  private final class Work {
    private final AnomalyQuery query;
    private final History history;
    private final Cancellation cancellation;
    private final Room room;
    private final Places places;
    private final AnomalyDetector detector;
    private final Amounts amounts;

    /** The first bucket of the history that is shown, and the first that is not any more. */
    private final int from;

    private final int to;
    private final List<Series> shown = new ArrayList<>();
    private final List<AnomalyAnswer.Episode> episodes = new ArrayList<>();
    private final List<String> tooShort = new ArrayList<>();
    private boolean computed;

    Work(AnomalyQuery query, History history, Cancellation cancellation, Room room) {
      this.query = query;
      this.history = history;
      this.cancellation = cancellation;
      this.room = room;
      places = Places.of(history);
      detector =
          new AnomalyDetector(
              season(query.step()), query.falseAlarms(), bucketsPerMonth(query.step()));
      amounts = new Amounts(query.series().measure(), query.series().unit());
      Buckets buckets = history.buckets();
      TimeRange range = query.series().range();
      int end = history.complete();
      while (end > 1 && !Instant.ofEpochSecond(buckets.start(end - 1)).isBefore(range.to())) {
        end--;
      }
      to = end;
      int begin = 0;
      // An alert rule looks at the last hours, and is told of the newest bucket all the same.
      while (begin < to - 1 && !Instant.ofEpochSecond(buckets.end(begin)).isAfter(range.from())) {
        begin++;
      }
      from = begin;
    }

    AnomalyAnswer answer() {
      List<Notice> notices = new ArrayList<>(history.notices());
      SeriesAnswer past = history.answer();
      int parts = query.view() == AnomalyQuery.View.FLAGS ? 1 : 5;
      room.take((long) parts * past.table().series().size() * (to - from) * Double.BYTES);
      boolean any = history.length() > 0 && from < to;
      for (Series series : any ? past.table().series() : List.<Series>of()) {
        show(series);
      }
      if (!any) {
        notices.add(Notice.warning("There is no complete bucket in this range."));
      }
      tellTooShort(notices, past.table().series().size());
      episodes.sort(Comparator.comparing(AnomalyAnswer.Episode::begin));
      return new AnomalyAnswer(
          new SeriesAnswer(
              query.series(),
              query.step(),
              new SeriesTable(any ? buckets() : past.table().buckets(), shown),
              notices,
              past.executed() + (computed ? "" : "; anomalies from the cache"),
              past.asOf(),
              past.cached() && !computed),
          episodes);
    }

    private Buckets buckets() {
      return calendar.buckets(
          query.step(),
          new TimeRange(
              Instant.ofEpochSecond(history.buckets().start(from)),
              Instant.ofEpochSecond(history.buckets().end(to - 1))));
    }

    private void show(Series series) {
      double[] values = history.learnt(series);
      Anomalies found = found(places.placed(values));
      boolean enough = known(values) >= found.fewestValues();
      if (!enough) {
        tooShort.add(History.title(series.labels()) + " (" + known(values) + ")");
      }
      if (query.view() == AnomalyQuery.View.FLAGS) {
        addFlags(series, found, enough);
      } else {
        addBands(series, found);
      }
      for (Episode episode : found.episodes()) {
        tell(series, episode);
      }
    }

    private int known(double[] values) {
      return (int) Arrays.stream(values).filter(value -> !Double.isNaN(value)).count();
    }

    private Anomalies found(double[] values) {
      FoundKey key =
          new FoundKey(
              Digest.of(
                  List.of(values),
                  season(query.step()),
                  bucketsPerMonth(query.step()),
                  query.falseAlarms()));
      Optional<Found> known = memory.get(key, Found.class);
      if (known.isPresent()) {
        return known.get().anomalies();
      }
      cancellation.check();
      computed = true;
      Anomalies anomalies = detector.of(values);
      memory.put(key, new Found(anomalies));
      return anomalies;
    }

    /** The place of a bucket shown; {@link #NOWHERE} if it is not learnt from. */
    private int place(int bucket) {
      int learnt = bucket - history.first();
      return learnt < 0 ? NOWHERE : places.ofBucket[learnt];
    }

    private void addFlags(Series series, Anomalies found, boolean enough) {
      long[] flags = new long[to - from];
      BitSet missing = new BitSet();
      for (int i = 0; i < flags.length; i++) {
        int place = place(from + i);
        boolean told = enough && place != NOWHERE && !series.numbers().isMissing(from + i);
        missing.set(i, !told);
        flags[i] = told ? found.flag(place) : 0;
      }
      shown.add(new Series(series.labels(), Numbers.exact(flags, missing)));
    }

    private void addBands(Series series, Anomalies found) {
      Numbers numbers = series.numbers();
      boolean floor = isNeverNegative(numbers);
      BitSet range = new BitSet();
      range.set(from, to);
      add(series, AnomalyAnswer.ACTUAL, numbers.only(range));
      add(series, AnomalyAnswer.EXPECTED, bucket -> at(bucket, found::expected));
      add(
          series,
          AnomalyAnswer.LOWER,
          bucket -> {
            double lower = at(bucket, found::lower);
            return floor ? Math.max(0, lower) : lower;
          });
      add(series, AnomalyAnswer.UPPER, bucket -> at(bucket, found::upper));
      add(
          series,
          AnomalyAnswer.UNUSUAL,
          bucket ->
              at(bucket, found::flag) == 0 || numbers.isMissing(bucket)
                  ? Double.NaN
                  : History.at(numbers, bucket));
    }

    private boolean isNeverNegative(Numbers numbers) {
      for (int i = 0; i < numbers.size(); i++) {
        if (History.at(numbers, i) < 0) {
          return false;
        }
      }
      return true;
    }

    private double at(int bucket, IntToDoubleFunction figure) {
      int place = place(bucket);
      return place == NOWHERE ? 0 : figure.applyAsDouble(place);
    }

    private void add(Series series, String part, IntToDoubleFunction byBucket) {
      double[] values = new double[to - from];
      BitSet missing = new BitSet();
      for (int i = 0; i < values.length; i++) {
        double value = place(from + i) == NOWHERE ? Double.NaN : byBucket.applyAsDouble(from + i);
        missing.set(i, !Double.isFinite(value));
        values[i] = Double.isFinite(value) ? value : 0;
      }
      add(series, part, Numbers.rounded(values, missing));
    }

    private void add(Series series, String part, Numbers numbers) {
      Map<String, String> labels = new LinkedHashMap<>(series.labels());
      labels.put(AnomalyAnswer.LABEL, part);
      shown.add(new Series(labels, numbers));
    }

    private void tell(Series series, Episode episode) {
      int begin = history.first() + places.bucketAt[episode.begin()];
      int last = history.first() + places.bucketAt[episode.end() - 1];
      if (last >= from && begin < to) {
        episodes.add(
            new AnomalyAnswer.Episode(
                series.labels(),
                Instant.ofEpochSecond(history.buckets().start(begin)),
                Instant.ofEpochSecond(history.buckets().end(last)),
                episode.direction() > 0,
                episode.words(this::name, amounts::of)));
      }
    }

    private String name(int place) {
      int bucket = places.bucketAt[place];
      return query.step() == Step.HOUR_1
          ? HOUR.format(
              Instant.ofEpochSecond(history.buckets().start(history.first() + bucket))
                  .atZone(calendar.zone()))
          : history.dayAt(bucket);
    }

    private void tellTooShort(List<Notice> notices, int series) {
      if (tooShort.isEmpty()) {
        return;
      }
      notices.add(
          Notice.warning(
              "Nothing can be told yet of "
                  + (tooShort.size() < series ? tooShort.size() + " of " + series : "any")
                  + " series: at this sensitivity it takes "
                  + detector.fewestValues()
                  + " complete "
                  + (query.step() == Step.HOUR_1 ? "hours" : History.units(query.step()))
                  + ", and known are those of "
                  + String.join(", ", tooShort.subList(0, Math.min(MOST_NAMED, tooShort.size())))
                  + (tooShort.size() > MOST_NAMED
                      ? " and " + (tooShort.size() - MOST_NAMED) + " more"
                      : "")
                  + ". Tolerate more false alarms (falseAlarms), or wait."));
    }
  }
}

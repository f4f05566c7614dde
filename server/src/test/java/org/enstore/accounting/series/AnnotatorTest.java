package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.Annotations.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnnotatorTest {
  private static final TimeRange TEN_DAYS =
      new TimeRange(MemorySite.midnight("2025-06-11"), MemorySite.NOON);

  private final MemorySite site = new MemorySite();

  @AfterEach
  void close() {
    site.close();
  }

  private Annotations ask(AnnotationEvent event, TimeRange range, Duration silence) {
    return site.engine.annotations(
        new AnnotationQuery(event, range, Map.of(), silence, Optional.empty()), new Cancellation());
  }

  private List<Event> silences(Duration silence) {
    return ask(AnnotationEvent.MOVER_SILENT, TEN_DAYS, silence).events();
  }

  private void hourly(String mover, String from, String to) {
    for (LocalDateTime at = LocalDateTime.parse(from);
        !at.isAfter(LocalDateTime.parse(to));
        at = at.plusHours(1)) {
      site.transfer(at.toString(), mover, Direction.READ, 1L << 30);
    }
  }

  @Test
  void silence_fromTheLastTransferToTheFirstAfter() {
    hourly("L8_1.mover", "2025-06-10T00:10", "2025-06-13T10:10");
    hourly("L8_1.mover", "2025-06-15T14:25", "2025-06-20T11:25");

    assertThat(silences(Duration.ofDays(1)))
        .containsExactly(
            new Event(
                MemorySite.local("2025-06-13T10:10:00"),
                Optional.of(MemorySite.local("2025-06-15T14:25:00")),
                "L8_1 silent",
                "No transfer for 2 d 4 h, from 2025-06-13 10:10 to 2025-06-15 14:25"
                    + " (America/Chicago).",
                List.of("moverSilent", "L8_1")));
    assertThat(silences(Duration.ofHours(53))).isEmpty();
    assertThat(silences(Duration.ofHours(1))).hasSize(1);
  }

  @Test
  void silence_shorterThanADay_isSeen() {
    hourly("L8_1.mover", "2025-06-10T00:10", "2025-06-18T10:10");
    hourly("L8_1.mover", "2025-06-18T13:09", "2025-06-20T11:09");

    assertThat(silences(Duration.ofMinutes(179)))
        .extracting(Event::time, Event::end)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(
                MemorySite.local("2025-06-18T10:10:00"),
                Optional.of(MemorySite.local("2025-06-18T13:09:00"))));
    assertThat(silences(Duration.ofHours(3))).isEmpty();
  }

  @Test
  void silence_openEnded_asFarAsTheDataIsComplete() {
    hourly("L8_1.mover", "2025-06-17T00:10", "2025-06-18T10:10");
    hourly("L8_2.mover", "2025-06-17T00:10", "2025-06-20T08:10");

    List<Event> events = silences(Duration.ofDays(1));

    assertThat(events).extracting(Event::title).containsExactly("L8_1 silent");
    assertThat(events.get(0).end()).contains(MemorySite.NOON);
    assertThat(events.get(0).text()).startsWith("No transfer since 2025-06-18 10:10, for 2 d 1 h");
  }

  @Test
  void staleStandby_doesNotLookLikeSilence() {
    hourly("L8_1.mover", "2025-06-10T00:10", "2025-06-20T11:10");
    site.source.lagBehind(Duration.ofDays(3));

    assertThat(silences(Duration.ofHours(12))).isEmpty();

    site.source.lagBehind(Duration.ofDays(20));
    site.now.set(MemorySite.NOON.plusSeconds(60));
    assertThat(silences(Duration.ofHours(12))).isEmpty();
  }

  @Test
  void silence_thatBeganBeforeTheRange_withinTheLookBack() {
    hourly("L8_1.mover", "2025-05-01T00:10", "2025-05-20T10:10");
    hourly("L8_1.mover", "2025-06-12T14:25", "2025-06-20T11:25");
    hourly("L8_old.mover", "2025-01-01T00:10", "2025-01-02T10:10");
    hourly("L8_over.mover", "2025-05-01T00:10", "2025-05-20T10:10");
    hourly("L8_over.mover", "2025-06-01T14:25", "2025-06-20T11:25");

    assertThat(silences(Duration.ofDays(7)))
        .extracting(Event::title, Event::time)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(
                "L8_1 silent", MemorySite.local("2025-05-20T10:10:00")));
  }

  @Test
  void silence_filters_andNullMovers() {
    hourly("L8_1.mover", "2025-06-17T00:10", "2025-06-18T10:10");
    hourly("L8_2.mover", "2025-06-17T00:10", "2025-06-18T10:10");
    hourly("null1.mover", "2025-06-17T00:10", "2025-06-18T10:10");

    assertThat(silences(Duration.ofDays(1)))
        .extracting(Event::title)
        .containsExactly("L8_1 silent", "L8_2 silent");
    assertThat(
            site.engine
                .annotations(
                    new AnnotationQuery(
                        AnnotationEvent.MOVER_SILENT,
                        TEN_DAYS,
                        Map.of(Dimensions.MOVER, Filter.including(List.of("L8_2"))),
                        Duration.ofDays(1),
                        Optional.empty()),
                    new Cancellation())
                .events())
        .extracting(Event::title)
        .containsExactly("L8_2 silent");
  }

  @Test
  void silence_overALongRange_needsAWholeDay_andSaysSo() {
    hourly("L8_1.mover", "2025-02-01T00:10", "2025-02-05T10:10");
    hourly("L8_1.mover", "2025-02-06T20:10", "2025-02-09T10:10");
    hourly("L8_1.mover", "2025-02-13T10:10", "2025-06-20T11:10");

    Annotations answer =
        ask(
            AnnotationEvent.MOVER_SILENT,
            new TimeRange(MemorySite.midnight("2025-02-02"), MemorySite.NOON),
            Duration.ofDays(1));

    assertThat(answer.events())
        .extracting(Event::time)
        .containsExactly(MemorySite.local("2025-02-09T10:10:00"));
    assertThat(answer.notices()).extracting(Notice::text).anyMatch(t -> t.contains("92 days"));
  }

  @Test
  void recordDays_overTheWholeSummary_andTheDaysSince() {
    site.summary("2019-03-01", "L8_1", 3L << 40, 0)
        .summary("2025-06-12", "L8_1", 2L << 40, 0)
        .summary("2025-06-15", "L8_1", 2L << 40, 1L << 41)
        .summary("2025-06-18", "L8_1", 4L << 40, 0)
        .transfer("2025-06-19T10:00:00", "L8_1.mover", Direction.WRITE, 9L << 39)
        .transfer("2025-06-20T10:00:00", "L8_1.mover", Direction.WRITE, 9L << 40);

    List<Event> events = ask(AnnotationEvent.RECORD_DAY, TEN_DAYS, Duration.ofDays(1)).events();

    assertThat(events)
        .extracting(Event::time, Event::text)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(
                MemorySite.midnight("2025-06-15"),
                "4.000 TiB on 2025-06-15, more than on any day before; the record was 3.000 TiB on"
                    + " 2019-03-01."),
            org.assertj.core.api.Assertions.tuple(
                MemorySite.midnight("2025-06-19"),
                "4.500 TiB on 2025-06-19, more than on any day before; the record was 4.000 TiB on"
                    + " 2025-06-15."));
    assertThat(events.get(0).end()).contains(MemorySite.midnight("2025-06-16"));
  }

  @Test
  void recordDays_ofWhatTheSummaryLacks_comeFromTheLookBack() {
    site.summary("2025-06-18", "L8_1", 1, 0)
        .transfer("2025-06-11T10:00:00", "L8_1.mover", Direction.WRITE, 5, "cms", "A", "T")
        .transfer("2025-06-12T10:00:00", "L8_1.mover", Direction.WRITE, 9, "lhcb", "A", "T")
        .transfer("2025-06-13T10:00:00", "L8_1.mover", Direction.WRITE, 6, "cms", "A", "T");

    Annotations answer =
        site.engine.annotations(
            new AnnotationQuery(
                AnnotationEvent.RECORD_DAY,
                TEN_DAYS,
                Map.of(Dimensions.STORAGE_GROUP, Filter.including(List.of("cms"))),
                Duration.ofDays(1),
                Optional.empty()),
            new Cancellation());

    assertThat(answer.events())
        .extracting(Event::time)
        .containsExactly(MemorySite.midnight("2025-06-13"));
    assertThat(answer.notices())
        .extracting(Notice::text)
        .anyMatch(text -> text.startsWith("Records among the days since 2025-06-11 alone"));
  }

  @Test
  void driveChanges_atTheFirstTransferOfTheNewDrive() {
    hourly("L8_1.mover", "2025-06-05T00:10", "2025-06-20T11:10");
    hourly("L8_2.mover", "2025-06-05T00:10", "2025-06-20T11:10");
    site.source.fitDrive("L8_1.mover", LocalDateTime.parse("2025-06-14T09:30"), "4711");
    site.source.fitDrive("L8_2.mover", LocalDateTime.parse("2025-06-08T09:30"), "4712");

    assertThat(ask(AnnotationEvent.DRIVE_CHANGE, TEN_DAYS, Duration.ofDays(1)).events())
        .containsExactly(
            new Event(
                MemorySite.local("2025-06-14T10:10:00"),
                Optional.empty(),
                "L8_1 has another drive",
                "Drive 4711 (ULT3580-TD8) instead of SN-L8_1.mover (ULT3580-TD8).",
                List.of("driveChange", "L8_1")));
  }

  @Test
  void driveChanges_overNight_andBack() {
    hourly("L8_1.mover", "2025-06-13T00:10", "2025-06-16T11:10");
    site.source.fitDrive("L8_1.mover", LocalDateTime.parse("2025-06-14T00:00"), "4711");
    site.source.fitDrive("L8_1.mover", LocalDateTime.parse("2025-06-14T12:00"), "SN-L8_1.mover");
    site.source.fitDrive("L8_1.mover", LocalDateTime.parse("2025-06-16T00:00"), "0");

    assertThat(ask(AnnotationEvent.DRIVE_CHANGE, TEN_DAYS, Duration.ofDays(1)).events())
        .extracting(Event::time)
        .containsExactly(
            MemorySite.local("2025-06-14T00:10:00"), MemorySite.local("2025-06-14T12:10:00"));
  }

  @Test
  void manyEvents_areCut_andItIsSaid() {
    LocalDate first = LocalDate.parse("2023-06-01");
    for (int day = 0; day < 600; day++) {
      site.summary(first.plusDays(day).toString(), "L8_1", 1000 + day, 0);
    }

    Annotations answer =
        ask(
            AnnotationEvent.RECORD_DAY,
            new TimeRange(Instant.parse("2023-01-01T00:00:00Z"), MemorySite.NOON),
            Duration.ofDays(1));

    assertThat(answer.events()).hasSize(500);
    assertThat(answer.events().get(499).time())
        .isEqualTo(MemorySite.midnight(first.plusDays(599).toString()));
    assertThat(answer.notices())
        .extracting(Notice::text)
        .anyMatch(text -> text.startsWith("Only the last 500 of 599 events are shown."));
  }
}

package org.enstore.accounting.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeText;

/** Says what a reader should know of how fresh an answer's numbers are. Immutable. */
final class FreshnessNotices {
  private final SourceSettings.Freshness settings;
  private final SiteCalendar calendar;

  FreshnessNotices(SourceSettings.Freshness settings, SiteCalendar calendar) {
    this.settings = settings;
    this.calendar = calendar;
  }

  /**
   * The notices about an answer to {@code plan}.
   *
   * @param outage why numbers are older than they should be, if they are
   */
  List<Notice> of(Plan plan, StateWatch.Look look, Optional<QueryFailure> outage, Instant now) {
    List<Notice> notices = new ArrayList<>();
    SourceState state = look.state();
    look.outage()
        .or(() -> outage)
        .ifPresent(
            failure ->
                notices.add(
                    Notice.warning(
                        "Numbers as they were at "
                            + TimeText.of(state.observedAt(), calendar.zone(), now)
                            + ": "
                            + failure.sentence())));
    LocalDate today = calendar.dayOf(now);
    if (plan.to().isBefore(today)) {
      return notices;
    }
    if (state.lag() instanceof ReplayLag.Known known
        && known.lag().compareTo(settings.lagWarning()) > 0) {
      notices.add(
          Notice.warning(
              "The standby "
                  + state.host()
                  + " is "
                  + TimeText.of(known.lag())
                  + " behind its primary; newer "
                  + plan.dataset().noun()
                  + " are not shown yet."));
    } else if (state.lag() instanceof ReplayLag.Unknown unknown
        && state.knownThrough().plus(settings.lagWarning()).isBefore(now)) {
      notices.add(
          Notice.warning(
              "The standby "
                  + state.host()
                  + " may be behind its primary: its replay lag is unknown ("
                  + unknown.reason()
                  + "), and the last change it replayed is of "
                  + TimeText.of(state.knownThrough(), calendar.zone(), now)
                  + "."));
    }
    plan.rollup()
        .ifPresent(
            rollup -> {
              tellOddities(rollup.table(), rollup.noun(), state, notices);
              rollupNotice(plan, rollup, state, today).ifPresent(notices::add);
            });
    if (plan.factsAllowed()) {
      tellOddities(plan.dataset().facts(), plan.dataset().noun(), state, notices);
    }
    return notices;
  }

  private static void tellOddities(
      SourceTable table, String noun, SourceState state, List<Notice> notices) {
    state
        .of(table)
        .extent()
        .oddities(table, noun)
        .forEach(sentence -> notices.add(Notice.info(sentence)));
  }

  /** Says so when a rollup has stopped while facts go on. */
  private Optional<Notice> rollupNotice(
      Plan plan, Rollup rollup, SourceState state, LocalDate today) {
    SourceTable facts = plan.dataset().facts();
    Optional<LocalDate> newest = state.of(facts).newest().map(calendar::dayOf);
    Optional<LocalDate> last = state.of(rollup.table()).lastDay();
    boolean stopped =
        newest.isPresent()
            && last.map(
                    day ->
                        day.plusDays(settings.summaryWarningDays()).isBefore(today)
                            && day.isBefore(newest.get()))
                .orElse(true);
    if (!stopped) {
      return Optional.empty();
    }
    return Optional.of(
        Notice.warning(
            "The "
                + rollup.noun()
                + " "
                + rollup.table().name()
                + " "
                + last.map(day -> "ends on " + day).orElse("is empty")
                + " although "
                + plan.dataset().noun()
                + " go on until "
                + newest.get()
                + ". Enstore's accounting server fills it; since release 6.3.4-9 it may do so"
                + " without a commit. Later days come from "
                + facts.name()
                + " where the source allows."));
  }
}

package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.postgres.HostChoice.Role;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.junit.jupiter.api.Test;

final class HostChoiceTest {
  private static final HostPort A = new HostPort("a", 8800);
  private static final HostPort B = new HostPort("b", 8800);
  private static final HostPort C = new HostPort("c", 8800);

  private final Map<HostPort, Role> roles = new HashMap<>();
  private final List<HostPort> asked = new ArrayList<>();
  private Instant now = Instant.parse("2024-05-01T00:00:00Z");

  @Test
  void firstStandby_wins() {
    roles.put(A, Role.STANDBY);
    roles.put(B, Role.STANDBY);

    assertThat(choice(false).choose(Optional.empty())).isEqualTo(A);
    assertThat(asked).containsExactly(A);
  }

  @Test
  void primary_isPassedOver() {
    roles.put(A, Role.PRIMARY);
    roles.put(B, Role.STANDBY);

    assertThat(choice(false).choose(Optional.empty())).isEqualTo(B);
    assertThat(choice(true).choose(Optional.empty())).isEqualTo(B);
  }

  @Test
  void primary_isTheLastResort_whereAllowed() {
    roles.put(A, Role.PRIMARY);

    assertThat(choice(true).choose(Optional.empty())).isEqualTo(A);
    QueryFailure failure = failure(choice(false));
    assertThat(failure.kind()).isEqualTo(FailureKind.STANDBY_UNAVAILABLE);
    assertThat(failure.sentence()).contains("a:8800 is a primary").contains("b:8800 is down");
  }

  @Test
  void avoided_isUsedWhenThereIsNoOther() {
    roles.put(A, Role.STANDBY);
    HostChoice choice = choice(true);

    assertThat(choice.choose(Optional.of(A))).isEqualTo(A);
    roles.put(C, Role.STANDBY);
    now = now.plusSeconds(60);
    assertThat(choice.choose(Optional.of(A))).isEqualTo(C);
  }

  @Test
  void deadHost_isLeftAlone_forLongerEachTime() {
    roles.put(B, Role.STANDBY);
    HostChoice choice = choice(false);
    List<Long> tries = new ArrayList<>();
    for (int second = 0; second < 100; second++) {
      asked.clear();
      assertThat(choice.choose(Optional.empty())).isEqualTo(B);
      if (asked.contains(A)) {
        tries.add((long) second);
      }
      now = now.plusSeconds(1);
    }

    assertThat(tries).containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 61L, 91L);
  }

  @Test
  void deadHost_thatCameBack_startsAfresh() {
    roles.put(B, Role.STANDBY);
    HostChoice choice = choice(false);
    choice.choose(Optional.empty());
    roles.put(A, Role.STANDBY);
    now = now.plusSeconds(1);

    assertThat(choice.choose(Optional.empty())).isEqualTo(A);
  }

  @Test
  void allDead_theFailureIsRepeatedWithoutAsking() {
    HostChoice choice = choice(false);
    QueryFailure first = failure(choice);
    asked.clear();
    QueryFailure second = failure(choice);

    assertThat(second.sentence()).isEqualTo(first.sentence());
    assertThat(asked).isEmpty();
  }

  @Test
  void clockSetBack_doesNotProlongThePause() {
    HostChoice choice = choice(false);
    failure(choice);
    asked.clear();
    now = now.minus(Duration.ofHours(1));
    failure(choice);

    assertThat(asked).containsExactly(A, B, C);
  }

  @Test
  void severalFailures_theMostTellingKindIsGiven() {
    HostChoice choice =
        new HostChoice(
            () -> List.of(A, B),
            false,
            HostChoice.ALLOWING,
            (host, hurried) -> {
              throw host.equals(A)
                  ? new QueryFailure(FailureKind.STANDBY_UNAVAILABLE, "a is down.")
                  : new QueryFailure(FailureKind.UNAUTHENTICATED, "b refuses.");
            },
            () -> now);

    QueryFailure failure = failure(choice);
    assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
    assertThat(failure.sentence())
        .isEqualTo("None of the hosts can be read. a is down. b refuses.");
  }

  private HostChoice choice(boolean allowPrimary) {
    return new HostChoice(
        () -> List.of(A, B, C),
        allowPrimary,
        HostChoice.ALLOWING,
        (host, hurried) -> {
          asked.add(host);
          if (!roles.containsKey(host)) {
            throw new QueryFailure(FailureKind.STANDBY_UNAVAILABLE, host + " is down.");
          }
          return Objects.requireNonNull(roles.get(host));
        },
        () -> now);
  }

  private static QueryFailure failure(HostChoice choice) {
    return Objects.requireNonNull(
        catchThrowableOfType(QueryFailure.class, () -> choice.choose(Optional.empty())));
  }
}

package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.enstore.accounting.series.ReplayLag;
import org.junit.jupiter.api.Test;

final class ReplayTest {
  private static final Instant NOW = Instant.parse("2024-05-01T12:00:00Z");
  private static final Optional<Duration> HOUR = Optional.of(Duration.ofHours(1));
  private static final Optional<Duration> SECOND = Optional.of(Duration.ofSeconds(1));
  private static final Optional<String> STREAMING = Optional.of("streaming");

  @Test
  void primary_hasNoLag_andIsComplete() {
    Replay replay =
        new Replay(false, false, Optional.empty(), false, Optional.empty(), Optional.empty());

    assertThat(replay.lag(NOW, null, "u")).isInstanceOf(ReplayLag.NotAStandby.class);
    assertThat(replay.knownThrough(NOW, null)).isEqualTo(NOW);
  }

  @Test
  void idlePrimary_streamedAndReplayed_isZero() {
    Replay replay = new Replay(true, true, HOUR, true, STREAMING, SECOND);

    assertThat(replay.lag(NOW, null, "u")).isEqualTo(new ReplayLag.Known(Duration.ZERO));
    assertThat(replay.knownThrough(NOW, null)).isEqualTo(NOW);
  }

  @Test
  void behind_isTheAgeOfTheLastReplayedCommit() {
    Replay replay = new Replay(true, false, SECOND, true, STREAMING, SECOND);

    assertThat(replay.lag(NOW, null, "u")).isEqualTo(new ReplayLag.Known(Duration.ofSeconds(1)));
    assertThat(replay.knownThrough(NOW, null)).isEqualTo(NOW.minusSeconds(1));
  }

  @Test
  void behind_afterAnIdleHour_isNoMoreThanSinceItWasCurrent() {
    Replay replay = new Replay(true, false, HOUR, true, STREAMING, SECOND);

    assertThat(replay.lag(NOW, NOW.minusSeconds(10), "u"))
        .isEqualTo(new ReplayLag.Known(Duration.ofSeconds(10)));
    assertThat(replay.knownThrough(NOW, NOW.minusSeconds(10))).isEqualTo(NOW.minusSeconds(10));
  }

  @Test
  void cutOff_isUnknown_howeverMuchIsReplayed() {
    Replay replay = new Replay(true, true, HOUR, false, Optional.empty(), Optional.empty());

    assertThat(reason(replay)).contains("cut off");
    assertThat(replay.knownThrough(NOW, null)).isEqualTo(NOW.minus(Duration.ofHours(1)));
  }

  @Test
  void statusHidden_isUnknown_withTheGrant() {
    Replay replay = new Replay(true, true, HOUR, true, Optional.empty(), Optional.empty());

    assertThat(reason(replay)).contains("GRANT pg_monitor TO \"Odd User\";");
  }

  @Test
  void receiverThatWaits_isUnknown() {
    Replay replay = new Replay(true, true, HOUR, true, Optional.of("waiting"), SECOND);

    assertThat(reason(replay)).contains("its status is waiting");
  }

  @Test
  void silentPrimary_isUnknown() {
    Replay replay = new Replay(true, true, HOUR, true, STREAMING, HOUR);

    assertThat(reason(replay)).contains("not heard from the primary for 3600 s");
    assertThat(replay.isCurrent()).isFalse();
  }

  @Test
  void nothingReplayedYet_isUnknown_andCompleteThroughNothing() {
    Replay replay = new Replay(true, false, Optional.empty(), true, STREAMING, SECOND);

    assertThat(reason(replay)).contains("no transaction was replayed");
    assertThat(replay.knownThrough(NOW, null)).isEqualTo(Instant.EPOCH);
  }

  private static String reason(Replay replay) {
    return ((ReplayLag.Unknown) replay.lag(NOW, null, "Odd User")).reason();
  }
}

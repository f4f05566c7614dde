package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.List;
import org.enstore.accounting.proto.v1.Point;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesUpdate;
import org.enstore.accounting.proto.v1.WatchSeriesResponse;
import org.junit.jupiter.api.Test;

class WatchCommandTest extends ClientCommandsFixture {
  @Test
  void watch_goesOnAfterALoss_andShowsNothingTwice() {
    service.watch =
        (request, reply) -> {
          reply.onNext(
              WatchSeriesResponse.newBuilder()
                  .setHeader(
                      SeriesHeader.newBuilder()
                          .setStep("1m")
                          .setMeasure("bytes")
                          .setUnit("bytes")
                          .addSeries(Answers.identity("mover", "A")))
                  .build());
          if (service.watches.size() == 1) {
            reply.onNext(update(point(0, 0, 10)));
            reply.onNext(
                WatchSeriesResponse.newBuilder()
                    .setUpdate(
                        SeriesUpdate.newBuilder()
                            .addAddedSeries(Answers.identity("mover", "B"))
                            .addPoints(point(0, 60, 1))
                            .addPoints(point(1, 60, 2)))
                    .build());
            reply.onError(failure(Status.Code.UNAVAILABLE, "Ending.", reason("ENDING")));
          } else {
            reply.onNext(update(point(0, 0, 10), point(0, 60, 3)));
            reply.onError(failure(Status.Code.UNAUTHENTICATED, "Who?"));
          }
        };
    assertThat(call("watch", "-F", "csv", "-f", "1h")).isEqualTo(ExitCode.REFUSED);
    assertThat(out)
        .isEqualTo(
            """
            time,mover,bytes
            2025-06-17T00:00:00-05:00,A,10
            2025-06-17T00:01:00-05:00,A,1
            2025-06-17T00:01:00-05:00,B,2
            2025-06-17T00:01:00-05:00,A,3
            """
                .replace("\n", "\r\n"));
    assertThat(err).contains("is gone; the watch goes on when it is back.");
    assertThat(service.watches).hasSize(2);
    assertThat(service.watches.get(0).getQuery().getStep()).isEmpty();
    assertThat(service.watches.get(1).getQuery().getStep()).isEqualTo("1m");
    assertThat(service.watches.get(0).getQuery().hasEndTime()).isFalse();
  }

  @Test
  void watch_thatCannotBegin_ends() {
    service.watch =
        (request, reply) -> reply.onError(failure(Status.Code.UNAVAILABLE, "Away.", reason("X")));
    assertThat(call("watch")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err).isEqualTo("enstore-accounting watch: Away.\n");
  }

  private static WatchSeriesResponse update(Point... points) {
    return WatchSeriesResponse.newBuilder()
        .setUpdate(SeriesUpdate.newBuilder().addAllPoints(List.of(points)).setComplete(true))
        .build();
  }

  private static Point point(int series, int second, long bytes) {
    return Point.newBuilder()
        .setSeries(series)
        .setStartEpochSeconds(Answers.FIRST.getEpochSecond() + second)
        .setInteger(bytes)
        .build();
  }
}

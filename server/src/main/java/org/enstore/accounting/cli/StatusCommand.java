package org.enstore.accounting.cli;

import com.google.gson.stream.JsonWriter;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.enstore.accounting.proto.v1.GetFreshnessRequest;
import org.enstore.accounting.proto.v1.GetFreshnessResponse;
import org.enstore.accounting.proto.v1.GetReplicationRequest;
import org.enstore.accounting.proto.v1.ReplicationHost;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How complete and recent the numbers are. */
@Command(
    name = "status",
    header = "Tells how recent the numbers are and how replication stands.",
    description =
        "Serves as a check of a monitoring system: the exit code is that of the data source that is"
            + " worst off.",
    abbreviateSynopsis = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:All is well.",
      "3:The daemon, or a data source's database, does not answer.",
      "4:The credentials were refused, or are missing.",
      "5:A data source answers, but its numbers are older than they may be, or a part cannot be"
          + " read."
    })
final class StatusCommand extends ClientCommand {
  private static final String LONGEST_LAG = "5m";

  @Option(
      names = "--max-lag",
      paramLabel = "<duration>",
      description =
          "How far behind its primary a standby may be ("
              + LONGEST_LAG
              + " unless given). A lag that cannot be told counts as too long.")
  private String maxLag = LONGEST_LAG;

  @Option(
      names = "--max-age",
      paramLabel = "<duration>",
      description = "How long ago the newest transfer may be (any time unless given).")
  private @Nullable String maxAge;

  @Option(
      names = {"-F", "--format"},
      defaultValue = "table",
      paramLabel = "<format>",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE} unless given).")
  @SuppressWarnings("NullAway.Init") // Filled in by the command line library.
  private Format format;

  /** The forms of an answer. */
  enum Format {
    table,
    json
  }

  /** How a data source is, the worst last. */
  private enum State {
    OK("ok", ExitCode.DONE),
    STALE("stale", ExitCode.STALE),
    REFUSED("refused", ExitCode.REFUSED),
    UNREACHABLE("unreachable", ExitCode.UNREACHABLE);

    private final String word;
    private final int exitCode;

    State(String word, int exitCode) {
      this.word = word;
      this.exitCode = exitCode;
    }

    static State of(Failure failure) {
      return failure.exitCode() == ExitCode.REFUSED ? REFUSED : UNREACHABLE;
    }
  }

  /** What was found of one data source. */
  private record Finding(
      Connection.Source source,
      State state,
      List<String> problems,
      Optional<GetFreshnessResponse> freshness,
      List<ReplicationHost> hosts) {}

  StatusCommand(Surroundings surroundings, Straight straight) {
    super(surroundings, straight);
  }

  @Override
  int run(Connection connection, Target target) {
    Duration longestLag = Asked.span("--max-lag", maxLag);
    Optional<Duration> longestAge =
        Optional.ofNullable(maxAge).map(text -> Asked.span("--max-age", text));
    List<Connection.Source> sources =
        target.source().isPresent()
            ? List.of(connection.source(target.source()))
            : connection.sources();
    List<Finding> findings =
        sources.stream().map(source -> look(connection, source, longestLag, longestAge)).toList();
    try (Output out = new Output(Optional.empty(), surroundings().out())) {
      switch (format) {
        case table -> lines(findings).forEach(out::line);
        case json -> out.line(Json.of(json -> json(json, findings)));
      }
      out.finish();
    }
    return worst(findings).exitCode;
  }

  private static State worst(List<Finding> findings) {
    return findings.stream().map(Finding::state).max(State::compareTo).orElse(State.OK);
  }

  // ---- looking --------------------------------------------------------------------------------

  private Finding look(
      Connection connection,
      Connection.Source source,
      Duration longestLag,
      Optional<Duration> longestAge) {
    GetFreshnessResponse freshness;
    List<ReplicationHost> hosts;
    boolean well;
    try {
      freshness =
          connection.ask(
              stub ->
                  stub.getFreshness(
                      GetFreshnessRequest.newBuilder().setDataSource(source.name()).build()));
      hosts =
          connection
              .ask(
                  stub ->
                      stub.getReplication(
                          GetReplicationRequest.newBuilder().setDataSource(source.name()).build()))
              .getHostsList();
      well = connection.isWell(source.name());
    } catch (Failure failure) {
      if (failure.exitCode() == ExitCode.INTERRUPTED) {
        throw failure;
      }
      return new Finding(
          source, State.of(failure), failure.sentences(), Optional.empty(), List.of());
    }
    if (!well) {
      return new Finding(
          source,
          State.UNREACHABLE,
          List.of("Its database cannot be read; what is shown is what was seen last."),
          Optional.of(freshness),
          hosts);
    }
    List<String> problems = problems(freshness, longestLag, longestAge);
    return new Finding(
        source,
        problems.isEmpty() ? State.OK : State.STALE,
        problems,
        Optional.of(freshness),
        hosts);
  }

  private List<String> problems(
      GetFreshnessResponse freshness, Duration longestLag, Optional<Duration> longestAge) {
    List<String> problems = new ArrayList<>();
    if (freshness.hasReplayLag()) {
      Duration lag = duration(freshness.getReplayLag());
      if (lag.compareTo(longestLag) > 0) {
        problems.add(
            "The standby is %s behind, more than --max-lag %s."
                .formatted(Moment.show(lag), maxLag));
      }
    } else if (freshness.getStandby()) {
      problems.add(
          freshness.getReplayLagProblem().isEmpty()
              ? "How far the standby is behind cannot be told."
              : freshness.getReplayLagProblem());
    }
    if (longestAge.isPresent()) {
      Optional<Duration> age =
          freshness.hasNewestTransferTime()
              ? Optional.of(
                  Duration.between(
                      instant(freshness.getNewestTransferTime()), surroundings().clock().instant()))
              : Optional.empty();
      if (age.isEmpty()) {
        problems.add("There is no transfer, so --max-age cannot hold.");
      } else if (age.get().compareTo(longestAge.get()) > 0) {
        problems.add(
            "The newest transfer was %s ago, more than --max-age %s."
                .formatted(Moment.show(age.get()), maxAge));
      }
    }
    if (!freshness.getTransfersProblem().isEmpty()) {
      problems.add(freshness.getTransfersProblem());
    }
    if (!freshness.getSummaryProblem().isEmpty()) {
      problems.add(freshness.getSummaryProblem());
    }
    return problems;
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  // ---- telling --------------------------------------------------------------------------------

  private static List<String> lines(List<Finding> findings) {
    TextTable sources =
        new TextTable()
            .texts("source")
            .texts("state")
            .texts("host")
            .numbers("lag")
            .texts("complete to")
            .texts("newest transfer")
            .texts("summary to");
    TextTable hosts =
        new TextTable()
            .texts("source")
            .texts("host")
            .texts("role")
            .texts("state")
            .numbers("lag")
            .numbers("lag bytes")
            .texts("read")
            .texts("PostgreSQL");
    List<String> remarks = new ArrayList<>();
    for (Finding finding : findings) {
      sources.row(row(finding));
      finding.problems().forEach(problem -> remarks.add(finding.source().name() + ": " + problem));
      for (ReplicationHost host : finding.hosts()) {
        hosts.row(
            List.of(
                finding.source().name(),
                host.getHost(),
                role(host),
                state(host),
                host.hasLag() ? Moment.show(duration(host.getLag())) : "",
                host.hasLagBytes() ? SeriesText.grouped(host.getLagBytes()) : "",
                host.getChosen() ? "yes" : "",
                host.getVersion()));
        if (!host.getLagProblem().isEmpty()) {
          remarks.add(host.getHost() + ": " + host.getLagProblem());
        }
        if (!host.getLastError().isEmpty()) {
          remarks.add(host.getHost() + ": " + host.getLastError());
        }
      }
    }
    List<String> lines = new ArrayList<>(sources.lines(OptionalInt.empty()));
    if (findings.stream().anyMatch(finding -> !finding.hosts().isEmpty())) {
      lines.add("");
      lines.addAll(hosts.lines(OptionalInt.empty()));
    }
    if (!remarks.isEmpty()) {
      lines.add("");
      lines.addAll(remarks);
    }
    return lines;
  }

  private static List<String> row(Finding finding) {
    ZoneId zone = finding.source().zone();
    GetFreshnessResponse seen =
        finding.freshness().orElse(GetFreshnessResponse.getDefaultInstance());
    return List.of(
        finding.source().name(),
        finding.state().word,
        seen.getHost(),
        seen.hasReplayLag() ? Moment.show(duration(seen.getReplayLag())) : "",
        seen.hasCompleteTime() ? Moment.show(instant(seen.getCompleteTime()), zone) : "",
        seen.hasNewestTransferTime()
            ? Moment.show(instant(seen.getNewestTransferTime()), zone)
            : "",
        seen.getLastSummaryDay());
  }

  private static String role(ReplicationHost host) {
    return host.getRoleValue() == 0 ? "" : Words.of(host.getRole().getValueDescriptor());
  }

  private static String state(ReplicationHost host) {
    return switch (host.getState()) {
      case STATE_CATCHING_UP -> "catching up";
      case STATE_CUT_OFF -> "cut off";
      case STATE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
      case STATE_STREAMING, STATE_PAUSED, STATE_PRIMARY, STATE_REFUSED, STATE_DOWN ->
          Words.of(host.getState().getValueDescriptor());
    };
  }

  private static void json(JsonWriter json, List<Finding> findings) throws IOException {
    json.beginObject();
    json.name("state").value(worst(findings).word);
    json.name("dataSources").beginArray();
    for (Finding finding : findings) {
      ZoneId zone = finding.source().zone();
      GetFreshnessResponse seen =
          finding.freshness().orElse(GetFreshnessResponse.getDefaultInstance());
      json.beginObject();
      json.name("name").value(finding.source().name());
      json.name("timeZone").value(zone.getId());
      json.name("state").value(finding.state().word);
      Json.texts(json.name("problems"), finding.problems());
      Json.text(json.name("host"), seen.getHost());
      seconds(json.name("replayLagSeconds"), seen.hasReplayLag(), seen.getReplayLag());
      Json.time(json.name("observed"), seen.getObserveTime().getSeconds(), zone);
      Json.time(json.name("completeTo"), seen.getCompleteTime().getSeconds(), zone);
      Json.time(json.name("newestTransfer"), seen.getNewestTransferTime().getSeconds(), zone);
      Json.text(json.name("lastSummaryDay"), seen.getLastSummaryDay());
      json.name("hosts").beginArray();
      for (ReplicationHost host : finding.hosts()) {
        json.beginObject();
        json.name("host").value(host.getHost());
        Json.text(json.name("role"), role(host));
        json.name("state").value(state(host));
        json.name("chosen").value(host.getChosen());
        Json.text(json.name("version"), host.getVersion());
        seconds(json.name("lagSeconds"), host.hasLag(), host.getLag());
        json.name("lagBytes");
        if (host.hasLagBytes()) {
          json.value(host.getLagBytes());
        } else {
          json.nullValue();
        }
        Json.text(json.name("lagProblem"), host.getLagProblem());
        Json.text(json.name("lastError"), host.getLastError());
        json.endObject();
      }
      json.endArray().endObject();
    }
    json.endArray().endObject();
  }

  private static void seconds(JsonWriter json, boolean there, com.google.protobuf.Duration duration)
      throws IOException {
    if (there) {
      json.value(duration(duration).toMillis() / 1000.0);
    } else {
      json.nullValue();
    }
  }
}

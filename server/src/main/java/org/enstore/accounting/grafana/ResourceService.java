package org.enstore.accounting.grafana;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.proto.pluginv2.CallResourceRequest;
import org.enstore.accounting.proto.pluginv2.CallResourceResponse;
import org.enstore.accounting.proto.pluginv2.ResourceGrpc;
import org.enstore.accounting.proto.pluginv2.StringList;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.MoverDetail;
import org.enstore.accounting.series.QueryFailure;

/**
 * Answers HTTP requests below a data source's resource root: what can be asked and lists of names,
 * for editors and variables, and the schemas of the query model and the settings. Every answer is
 * JSON.
 */
public final class ResourceService extends ResourceGrpc.ResourceImplBase {
  private static final String VARIABLE = "variable";
  private static final String CATALOGUE = "catalog";
  private static final Map<String, String> SCHEMAS =
      Map.of(
          "query-model", "query-model-v1.schema.json",
          "settings-model", "settings-model-v1.schema.json");
  private static final String DETAILS = "movers-detail";
  private static final List<String> PATHS =
      Stream.concat(
              Catalogue.ENSTORE.askable().stream().map(Dimension::list),
              Stream.of(DETAILS, VARIABLE, CATALOGUE, "query-model", "settings-model"))
          .toList();
  private static final int LONGEST_URL = 64 << 10;

  private final InstanceRegistry registry;
  private final Workers workers;

  public ResourceService(InstanceRegistry registry, Workers workers) {
    this.registry = registry;
    this.workers = workers;
  }

  @Override
  public void callResource(
      CallResourceRequest request, StreamObserver<CallResourceResponse> reply) {
    Cancellation cancellation = workers.cancellationOf(reply);
    try {
      workers.ask(
          InstanceRegistry.SourceId.of(request.getPluginContext()),
          () -> send(reply, answer(request, cancellation)),
          cancellation);
    } catch (QueryFailure e) {
      send(reply, failed(e));
    }
  }

  private CallResourceResponse answer(CallResourceRequest request, Cancellation cancellation) {
    if (request.getPath().length() > LONGEST_URL || request.getUrl().length() > LONGEST_URL) {
      return problem(
          414,
          "The address is longer than " + LONGEST_URL + " characters; send a POST to variable.");
    }
    String path = stripped(request.getPath());
    try {
      if (SCHEMAS.containsKey(path)) {
        return withMethod(request, List.of("GET"))
            .orElseGet(
                () -> {
                  parameters(request, List.of(), Set.of());
                  return response(200, schema(SCHEMAS.get(path)));
                });
      }
      if (path.equals(CATALOGUE)) {
        return withMethod(request, List.of("GET")).orElseGet(() -> catalogue(request));
      }
      Optional<Dimension> dimension = Catalogue.ENSTORE.listed(path);
      if (dimension.isPresent()) {
        return withMethod(request, List.of("GET"))
            .orElseGet(
                () ->
                    names(
                        request,
                        listed(dimension.get(), request, NamesRequest.PARAMETERS),
                        cancellation));
      }
      if (path.equals(DETAILS)) {
        return withMethod(request, List.of("GET"))
            .orElseGet(
                () ->
                    details(
                        request,
                        listed(Dimensions.MOVER, request, NamesRequest.DETAIL_PARAMETERS),
                        cancellation));
      }
      if (path.equals(VARIABLE)) {
        return withMethod(request, List.of("GET", "POST"))
            .orElseGet(() -> names(request, variable(request), cancellation));
      }
      return problem(404, "There is no resource \"" + cut(path) + "\"; known are " + known() + ".");
    } catch (RuntimeException e) {
      return failed(Failures.of(e, "resource " + cut(path)));
    }
  }

  private CallResourceResponse catalogue(CallResourceRequest request) {
    parameters(request, List.of(), Set.of());
    Optional<InstanceRegistry.Lease> built = registry.acquireIfBuilt(request.getPluginContext());
    try (InstanceRegistry.Lease lease = built.orElse(null)) {
      Map<String, Object> all =
          lease == null
              ? CatalogueJson.of(Catalogue.ENSTORE)
              : CatalogueJson.of(
                  Catalogue.ENSTORE, lease.engine()::availability, lease.engine()::availability);
      return response(200, ByteString.copyFromUtf8(Json.text(all)));
    }
  }

  /** {@code path} without the slashes at its ends. */
  private static String stripped(String path) {
    int from = 0;
    int to = path.length();
    while (from < to && path.charAt(from) == '/') {
      from++;
    }
    while (to > from && path.charAt(to - 1) == '/') {
      to--;
    }
    return path.substring(from, to);
  }

  private CallResourceResponse names(
      CallResourceRequest request, NamesRequest names, Cancellation cancellation) {
    try (InstanceRegistry.Lease lease = registry.acquire(request.getPluginContext())) {
      List<Map<String, String>> choices = new ArrayList<>();
      for (String name : names.shown(lease.engine().names(names.query(), cancellation))) {
        Map<String, String> choice = new LinkedHashMap<>();
        choice.put("text", name);
        choice.put("value", name);
        choices.add(choice);
      }
      return response(200, ByteString.copyFromUtf8(Json.text(choices)));
    }
  }

  private CallResourceResponse details(
      CallResourceRequest request, NamesRequest names, Cancellation cancellation) {
    try (InstanceRegistry.Lease lease = registry.acquire(request.getPluginContext())) {
      List<Map<String, Object>> movers = new ArrayList<>();
      for (MoverDetail detail : lease.engine().movers(names.query(), cancellation)) {
        if (names.shows(detail.mover())) {
          Map<String, Object> mover = new LinkedHashMap<>();
          mover.put("mover", detail.mover());
          mover.put("moverClass", detail.moverClass());
          mover.put("driveType", detail.driveType());
          mover.put("libraries", detail.libraries());
          mover.put("firstSeen", detail.firstSeen().toString());
          mover.put("lastSeen", detail.lastSeen().toString());
          movers.add(mover);
        }
      }
      return response(200, ByteString.copyFromUtf8(Json.text(movers)));
    }
  }

  private static NamesRequest listed(
      Dimension dimension, CallResourceRequest request, List<String> known) {
    return NamesRequest.ofParameters(
        dimension, parameters(request, known, NamesRequest.REPEATABLE));
  }

  private static NamesRequest variable(CallResourceRequest request) {
    try {
      if (request.getMethod().equals("POST")) {
        parameters(request, List.of(), Set.of());
        return NamesRequest.read(known(Json.object(request.getBody())));
      }
      List<String> query =
          parameters(request, List.of("query"), Set.of()).getOrDefault("query", List.of("{}"));
      return NamesRequest.read(known(Json.object(query.get(0))));
    } catch (IllegalArgumentException e) {
      throw new QueryFailure(FailureKind.BAD_QUERY, "The query " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> known(Map<String, ?> query) {
    return UnknownKeys.in(query, NamesRequest.KEYS).rest();
  }

  /** The query string's parameters; an unknown one, or one repeated in vain, is refused. */
  private static Map<String, List<String>> parameters(
      CallResourceRequest request, List<String> known, Set<String> repeatable) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    int mark = request.getUrl().indexOf('?');
    if (mark < 0) {
      return parameters;
    }
    for (String pair : request.getUrl().substring(mark + 1).split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
      if (!known.contains(name)) {
        throw new QueryFailure(
            FailureKind.BAD_QUERY,
            known.isEmpty()
                ? "The parameter \"%s\" is not known; none is taken here.".formatted(cut(name))
                : "The parameter \"%s\" is not known; known are %s."
                    .formatted(cut(name), String.join(", ", known)));
      }
      List<String> values = parameters.computeIfAbsent(name, first -> new ArrayList<>());
      values.add(value);
      if (values.size() > 1 && !repeatable.contains(name)) {
        throw new QueryFailure(
            FailureKind.BAD_QUERY, "The parameter \"" + name + "\" is given twice.");
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new QueryFailure(
          FailureKind.BAD_QUERY, "The query string is not properly percent-encoded.", e);
    }
  }

  /** Nothing if the request's method is allowed, else the answer that says so. */
  private static Optional<CallResourceResponse> withMethod(
      CallResourceRequest request, List<String> allowed) {
    return allowed.contains(request.getMethod())
        ? Optional.empty()
        : Optional.of(
            problem(
                405,
                "The method %s is not allowed here; use %s."
                    .formatted(cut(request.getMethod()), String.join(" or ", allowed))));
  }

  private static ByteString schema(String file) {
    try (InputStream resource = ResourceService.class.getResourceAsStream(file)) {
      if (resource == null) {
        throw new IllegalStateException(file + " is missing from the program");
      }
      return ByteString.readFrom(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CallResourceResponse failed(QueryFailure failure) {
    return problem(Failures.verdict(failure.kind()).httpStatus(), failure.sentence());
  }

  private static CallResourceResponse problem(int status, String sentence) {
    return response(status, ByteString.copyFromUtf8(Json.text(Map.of("error", sentence))));
  }

  private static CallResourceResponse response(int status, ByteString body) {
    return CallResourceResponse.newBuilder()
        .setCode(status)
        .putHeaders("Content-Type", StringList.newBuilder().addValues("application/json").build())
        .setBody(body)
        .build();
  }

  private static void send(
      StreamObserver<CallResourceResponse> reply, CallResourceResponse response) {
    reply.onNext(response);
    reply.onCompleted();
  }

  private static String known() {
    return String.join(", ", PATHS);
  }

  private static String cut(String text) {
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }
}

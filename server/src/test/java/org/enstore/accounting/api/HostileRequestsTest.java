package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.RawRequests;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.junit.jupiter.api.Test;

/**
 * Thousands of requests to every call of the service that a mistaken or hostile caller might send:
 * valid messages with nasty values, huge sets, reversed ranges, broken bytes. Each is answered or
 * refused, the refusal names a field of the request, and nothing of a data source that the caller
 * may not ask is ever told.
 */
class HostileRequestsTest {
  private static final long SEED = 20_261_123;
  private static final int CASES_PER_CALL = 300;
  private static final int PARTS = 3;
  private static final String TOKEN = "s3cret-of-alice";

  /** What may be wrong with a request. */
  private enum Kind {
    /** Every field is nasty. */
    NASTY,
    /** A sound request with some nasty fields. */
    MUTATED,
    /** A sound request with thousands of values. */
    HUGE,
    /** A sound request whose times are at odds. */
    REVERSED,
    /** A sound request with some bytes changed, or cut. */
    BROKEN,
    /** Any bytes. */
    NOISE
  }

  @Test
  void everyCall_answersOrNamesTheField_andTellsNothingForeign() throws Exception {
    AccessList list =
        AccessList.parse(
            "token alice " + AccessList.digest(TOKEN) + " fnal", Set.of("fnal", "test"));
    Map<Kind, Map<Status.Code, Integer>> outcomes = new EnumMap<>(Kind.class);
    try (ServedApi api = new ServedApi(() -> Optional.of(list), Optional.empty(), 100, 10_000)) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + TOKEN);
      Channel alice =
          ClientInterceptors.intercept(
              api.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
      Random random = new Random(SEED);
      for (MethodDescriptor<?, ?> method : calls()) {
        for (int i = 0; i < CASES_PER_CALL; i++) {
          Kind kind = Kind.values()[i % Kind.values().length];
          byte[] request = request(method, kind, random);
          String which = "seed " + SEED + ", " + method.getFullMethodName() + " " + kind + " " + i;
          Status.Code code = send(alice, method, request, which);
          outcomes.computeIfAbsent(kind, none -> new TreeMap<>()).merge(code, 1, Integer::sum);
        }
      }
      // The end of the last watch is on its way.
      long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (api.accessLog.running() > 0 && System.nanoTime() < limit) {
        Thread.onSpinWait();
      }
      assertThat(api.accessLog.running()).isZero();
      assertThat(api.log).noneMatch(line -> line.contains(TOKEN));
    }
    // Each kind must reach the service and be refused there, or it tests nothing.
    assertThat(outcomes.keySet()).containsExactly(Kind.values());
    outcomes.forEach(
        (kind, codes) ->
            assertThat(codes.keySet())
                .as("%s: %s", kind, outcomes)
                .contains(Status.Code.INVALID_ARGUMENT)
                .isSubsetOf(Status.Code.OK, Status.Code.INVALID_ARGUMENT, Status.Code.NOT_FOUND));
    assertThat(outcomes.get(Kind.MUTATED)).containsKey(Status.Code.OK);
  }

  private static List<MethodDescriptor<?, ?>> calls() {
    List<MethodDescriptor<?, ?>> calls =
        new ArrayList<>(AccountingServiceGrpc.getServiceDescriptor().getMethods());
    calls.add(HealthGrpc.getCheckMethod());
    return calls;
  }

  private static Message prototype(MethodDescriptor<?, ?> method) {
    return (Message)
        ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
            .getMessagePrototype();
  }

  // ---- what is sent ---------------------------------------------------------------------------

  private static byte[] request(MethodDescriptor<?, ?> method, Kind kind, Random random) {
    Message.Builder request = prototype(method).newBuilderForType();
    if (kind == Kind.NOISE) {
      byte[] noise = new byte[1 + random.nextInt(200)];
      random.nextBytes(noise);
      return noise;
    }
    if (kind == Kind.NASTY) {
      HostileMessages.fill(request, random, 0.6);
    } else {
      sound(request);
    }
    switch (kind) {
      case MUTATED -> HostileMessages.fill(request, random, 0.1);
      case HUGE -> enlarge(request, random);
      case REVERSED -> reverse(request, random);
      default -> {
        // As it is.
      }
    }
    FieldDescriptor source = field(request, "data_source");
    if (source != null && kind != Kind.MUTATED) {
      request.setField(source, List.of("fnal", "fnal", "fnal", "test").get(random.nextInt(4)));
    }
    byte[] bytes = request.build().toByteArray();
    return kind == Kind.BROKEN ? broken(bytes, random) : bytes;
  }

  /** Sets what a request must have. */
  private static void sound(Message.Builder request) {
    for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
      switch (field.getName()) {
        case "data_source" -> request.setField(field, "fnal");
        case "dimension" -> request.setField(field, "library");
        case "start_time" -> request.setField(field, time(-10));
        case "end_time" -> request.setField(field, time(0));
        case "query" -> {
          SeriesQuery.Builder query =
              SeriesQuery.newBuilder().setStep("1d").setStartTime(time(-10));
          if (!request.getDescriptorForType().getName().startsWith("Watch")) {
            query.setEndTime(time(0));
          }
          request.setField(field, query.build());
        }
        default -> {
          // The default is sound.
        }
      }
    }
  }

  private static Timestamp time(int days) {
    return Timestamp.newBuilder()
        .setSeconds(ServedApi.NOW.getEpochSecond() + days * 86_400L)
        .build();
  }

  private static Object item(Message.Builder message, FieldDescriptor field, int i) {
    return switch (field.getJavaType()) {
      case ENUM -> field.getEnumType().getValues().get(i % 3);
      case MESSAGE -> {
        // The list of a map's entries.
        Message.Builder entry = message.newBuilderForField(field);
        entry.setField(field.getMessageType().findFieldByName("key"), "value" + i);
        yield entry.build();
      }
      case STRING, BOOLEAN, INT, LONG, FLOAT, DOUBLE, BYTE_STRING -> "value" + i;
    };
  }

  /** Fills every list, and every text, to far more than anybody needs. */
  private static void enlarge(Message.Builder message, Random random) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isRepeated()) {
        if (!field.getMessageType().getFullName().startsWith("google.")) {
          Message.Builder inner = ((Message) message.getField(field)).toBuilder();
          enlarge(inner, random);
          message.setField(field, inner.build());
        }
      } else if (random.nextInt(3) == 0) {
        if (field.isRepeated()) {
          for (int i = 0; i < 8_000; i++) {
            message.addRepeatedField(field, item(message, field, i));
          }
        } else if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
          message.setField(field, "(".repeat(1 + random.nextInt(60_000)));
        }
      }
    }
  }

  private static void reverse(Message.Builder message, Random random) {
    FieldDescriptor start = field(message, "start_time");
    FieldDescriptor end = field(message, "end_time");
    if (start != null && end != null) {
      message.setField(start, time(0));
      message.setField(end, time(-random.nextInt(4000)));
    }
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getName().equals("query")) {
        Message.Builder inner = ((Message) message.getField(field)).toBuilder();
        reverse(inner, random);
        message.setField(field, inner.build());
      }
      if (field.getName().equals("page_size") || field.getName().equals("max_points")) {
        message.setField(field, -random.nextInt(10));
      }
    }
  }

  private static byte[] broken(byte[] sound, Random random) {
    byte[] bytes = random.nextBoolean() ? sound.clone() : Arrays.copyOf(sound, sound.length / 2);
    for (int i = 0; i < 1 + random.nextInt(4) && bytes.length > 0; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  private static @org.jspecify.annotations.Nullable FieldDescriptor field(
      Message.Builder message, String name) {
    return message.getDescriptorForType().findFieldByName(name);
  }

  // ---- what comes back ------------------------------------------------------------------------

  private static <A> Status.Code send(
      Channel channel, MethodDescriptor<?, A> method, byte[] request, String which)
      throws InvalidProtocolBufferException {
    MethodDescriptor<byte[], A> raw = RawRequests.of(method);
    Context.CancellableContext call = Context.current().withCancellation();
    Context before = call.attach();
    try {
      Iterator<A> parts =
          ClientCalls.blockingServerStreamingCall(
              channel, raw, CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.MINUTES), request);
      // A watch has no end of its own.
      boolean endless = method.getFullMethodName().endsWith("WatchSeries");
      for (int i = 0; (!endless || i < PARTS - 1) && parts.hasNext(); i++) {
        assertThat(parts.next().toString()).as(which).doesNotContain("test_", "test-group");
      }
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      String sentence = String.valueOf(e.getStatus().getDescription());
      assertThat(sentence)
          .as(which)
          .isNotEmpty()
          .doesNotContain("incident", "test_", "test-group", TOKEN);
      if (e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
        namesAField(e, method, request, which);
      }
      return e.getStatus().getCode();
    } finally {
      call.detach(before);
      call.cancel(null);
    }
  }

  private static void namesAField(
      StatusRuntimeException e, MethodDescriptor<?, ?> method, byte[] request, String which)
      throws InvalidProtocolBufferException {
    List<BadRequest.FieldViolation> violations = List.of();
    for (Any detail : StatusProto.fromThrowable(e).getDetailsList()) {
      if (detail.is(BadRequest.class)) {
        violations = detail.unpack(BadRequest.class).getFieldViolationsList();
      }
    }
    assertThat(violations).as("%s: %s", which, e.getStatus()).isNotEmpty();
    for (BadRequest.FieldViolation violation : violations) {
      assertThat(violation.getDescription()).as(which).isNotEmpty();
      if (isMessage(method, request)) {
        assertThat(exists(prototype(method).getDescriptorForType(), violation.getField()))
            .as("%s: there is a field %s, for: %s", which, violation.getField(), e.getStatus())
            .isTrue();
      } else {
        assertThat(violation.getField()).as(which).isEmpty();
      }
    }
  }

  private static boolean isMessage(MethodDescriptor<?, ?> method, byte[] request) {
    try {
      return prototype(method).getParserForType().parseFrom(request) != null;
    } catch (InvalidProtocolBufferException ignored) {
      return false;
    }
  }

  /**
   * Whether {@code path} leads to a field of {@code message}, as in {@code query.group_by}, or to
   * whatever member of a map, as in {@code query.filters.mover}.
   */
  private static boolean exists(Descriptor message, String path) {
    String[] names = path.split("\\.", 2);
    FieldDescriptor field = message.findFieldByName(names[0]);
    if (field == null) {
      return false;
    }
    return names.length == 1
        || field.isMapField()
        || (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            && exists(field.getMessageType(), names[1]));
  }
}

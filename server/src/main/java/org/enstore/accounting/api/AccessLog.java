package org.enstore.accounting.api;

import com.google.gson.stream.JsonWriter;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes a line of JSON for each call that ended, and counts them. Holds no credential. */
public final class AccessLog implements ServerInterceptor {
  private static final Context.Key<Entry> ENTRY = Context.key("access-log-entry");

  private final Consumer<String> lines;
  private final InstantSource clock;
  private final LongSupplier nanoClock;
  private final Map<Outcome, LongAdder> ended = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();

  /**
   * A log.
   *
   * @param lines takes each line, without its end; called by many threads
   * @param nanoClock a clock that never goes back, in nanoseconds
   */
  public AccessLog(Consumer<String> lines, InstantSource clock, LongSupplier nanoClock) {
    this.lines = lines;
    this.clock = clock;
    this.nanoClock = nanoClock;
  }

  /**
   * A way for calls to end.
   *
   * @param method such as {@code enstore.accounting.v1.AccountingService/QuerySeries}; {@code
   *     unknown} for what is not served
   * @param code such as {@code OK}
   */
  public record Outcome(String method, String code) {}

  /** How many calls ended in which way so far. */
  public Map<Outcome, Long> ended() {
    return ended.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> entry.getValue().sum()));
  }

  /** How many calls are being worked on now. */
  public int running() {
    return running.get();
  }

  /** What is known of one call. */
  static final class Entry {
    private volatile String caller = "";
    private volatile String source = "";

    /** The entry of the call that is being worked on. */
    static Optional<Entry> current() {
      return Optional.ofNullable(ENTRY.get());
    }

    void caller(String name) {
      caller = name;
    }

    void source(String name) {
      source = name;
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    long began = nanoClock.getAsLong();
    Entry entry = new Entry();
    LongAdder messages = new LongAdder();
    running.incrementAndGet();
    AtomicInteger open = new AtomicInteger(1);
    ServerCall<Q, A> logged =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(A message) {
            messages.increment();
            super.sendMessage(message);
          }

          @Override
          public void close(Status status, Metadata trailers) {
            finish(status.getCode());
            super.close(status, trailers);
          }

          private void finish(Status.Code code) {
            if (open.getAndSet(0) == 1) {
              write(call, entry, code, messages.sum(), nanoClock.getAsLong() - began);
            }
          }
        };
    ServerCall.Listener<Q> listener =
        Contexts.interceptCall(Context.current().withValue(ENTRY, entry), logged, headers, next);
    return new io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onCancel() {
        if (open.getAndSet(0) == 1) {
          write(call, entry, Status.Code.CANCELLED, messages.sum(), nanoClock.getAsLong() - began);
        }
        super.onCancel();
      }
    };
  }

  private void write(
      ServerCall<?, ?> call, Entry entry, Status.Code code, long messages, long nanos) {
    running.decrementAndGet();
    String method = call.getMethodDescriptor().getFullMethodName();
    ended.computeIfAbsent(new Outcome(method, code.name()), key -> new LongAdder()).increment();
    @Nullable SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      json.name("time").value(clock.instant().toString());
      json.name("method").value(method);
      json.name("code").value(code.name());
      json.name("caller").value(entry.caller);
      json.name("address").value(address(remote));
      json.name("source").value(entry.source);
      json.name("messages").value(messages);
      json.name("micros").value(nanos / 1000);
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail to be written", e);
    }
    lines.accept(text.toString());
  }

  /** The host's address without its port, which differs from connection to connection. */
  static String address(@Nullable SocketAddress remote) {
    return remote instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : String.valueOf(remote);
  }
}

package org.enstore.accounting.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import java.security.Principal;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Lets a call in when its bearer token or its client certificate is on the access list. */
final class Access implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";

  private final Supplier<Optional<AccessList>> list;
  private final Set<String> sources;

  /**
   * An access check.
   *
   * @param list the list as it is now; empty to let everybody in, on loopback alone
   */
  Access(Supplier<Optional<AccessList>> list, DataSources sources) {
    this.list = list;
    this.sources =
        sources.all().stream().map(DataSources.DataSource::name).collect(Collectors.toSet());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Optional<Caller> caller =
        list.get().map(known -> identify(known, call, headers)).orElse(Optional.of(Caller.LOCAL));
    if (caller.isEmpty()) {
      call.close(
          Status.UNAUTHENTICATED.withDescription(
              "This service asks for credentials: send the metadata \"authorization: Bearer"
                  + " <token>\" with a token of its access list, or use a client certificate that"
                  + " is on it."),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    AccessLog.Entry.current().ifPresent(entry -> entry.caller(caller.get().name()));
    ServerCall.Listener<Q> listener =
        Contexts.interceptCall(
            Context.current().withValue(Caller.KEY, caller.get()), call, headers, next);
    return new SimpleForwardingServerCallListener<>(listener) {
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        // The health service knows every data source by name, must not tell of foreign ones, and
        // would repeat whatever name it does not know, however long.
        if (message instanceof HealthCheckRequest asked
            && !isKnown(asked.getService(), caller.get())) {
          refused = true;
          call.close(Status.NOT_FOUND.withDescription("unknown service"), new Metadata());
          return;
        }
        super.onMessage(message);
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }

  private boolean isKnown(String service, Caller caller) {
    return service.isEmpty()
        || service.equals(ApiServer.SERVICE)
        || (sources.contains(service) && caller.maySee(service));
  }

  private static Optional<Caller> identify(
      AccessList known, ServerCall<?, ?> call, Metadata headers) {
    @Nullable String sent = headers.get(AUTHORIZATION);
    if (sent != null && sent.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return known.ofToken(sent.substring(BEARER.length()).strip());
    }
    return subject(call).flatMap(known::ofSubject);
  }

  /** The common name in the certificate that the client showed and that was found valid. */
  private static Optional<String> subject(ServerCall<?, ?> call) {
    @Nullable SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      Principal principal = session.getPeerPrincipal();
      for (Rdn part : new LdapName(principal.getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          return Optional.of(String.valueOf(part.getValue()));
        }
      }
      return Optional.empty();
    } catch (SSLPeerUnverifiedException | InvalidNameException ignored) {
      // A client without a certificate, or with one without a name, is known by its token or not.
      return Optional.empty();
    }
  }
}

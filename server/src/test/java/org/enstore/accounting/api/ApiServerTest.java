package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.enstore.accounting.api.ApiCalls.AUTHORIZATION;
import static org.enstore.accounting.api.ApiCalls.detail;
import static org.enstore.accounting.api.ApiCalls.fields;
import static org.enstore.accounting.api.ApiCalls.query;
import static org.enstore.accounting.api.ApiCalls.stub;

import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.enstore.accounting.ReflectionClient;
import org.enstore.accounting.proto.v1.AccountingServiceGrpc;
import org.enstore.accounting.proto.v1.ListDataSourcesRequest;
import org.junit.jupiter.api.Test;

/** Who may call, how often, and what the server tells of itself. */
class ApiServerTest {
  @Test
  void withAnAccessList_aCallWithoutCredentials_isRefused() throws Exception {
    AccessList list = list("alice", "secret", "fnal");
    try (ServedApi api = new ServedApi(() -> Optional.of(list), Optional.empty(), 100, 10_000)) {
      for (AccountingServiceGrpc.AccountingServiceBlockingStub stub :
          List.of(stub(api.channel()), stub(api.channel(), "wrong"), stub(api.channel(), ""))) {
        StatusRuntimeException e =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.listDataSources(ListDataSourcesRequest.getDefaultInstance()));
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      }
      assertThat(api.log)
          .hasSize(3)
          .allSatisfy(line -> assertThat(line).contains("UNAUTHENTICATED"));
    }
  }

  @Test
  void sourceBeyondTheScope_isAsUnknownAsOneThatIsNotThere() throws Exception {
    AccessList list = list("alice", "secret", "fnal");
    try (ServedApi api = new ServedApi(() -> Optional.of(list), Optional.empty(), 100, 10_000)) {
      AccountingServiceGrpc.AccountingServiceBlockingStub alice = stub(api.channel(), "secret");

      assertThat(alice.listDataSources(ListDataSourcesRequest.getDefaultInstance()).toString())
          .contains("fnal")
          .doesNotContain("test");
      List<String> refusals = new ArrayList<>();
      for (String name : List.of("test", "none")) {
        StatusRuntimeException e =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () -> alice.querySeries(query().setDataSource(name).build()).hasNext());
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(fields(e)).containsExactly("data_source");
        refusals.add(String.valueOf(e.getStatus().getDescription()).replace(name, "?"));
      }
      assertThat(refusals.get(0)).isEqualTo(refusals.get(1));
      assertThat(alice.querySeries(query().build()).hasNext()).isTrue();
      assertThat(api.log.get(api.log.size() - 1)).contains("\"caller\":\"alice\"");
      assertThat(api.log).noneMatch(line -> line.contains("secret"));
    }
  }

  @Test
  void changedAccessList_countsAtOnce() throws Exception {
    AtomicReference<AccessList> list = new AtomicReference<>(list("alice", "old", "*"));
    try (ServedApi api =
        new ServedApi(() -> Optional.ofNullable(list.get()), Optional.empty(), 100, 10_000)) {
      stub(api.channel(), "old").listDataSources(ListDataSourcesRequest.getDefaultInstance());
      list.set(list("alice", "new", "*"));

      assertThat(
              catchThrowableOfType(
                      StatusRuntimeException.class,
                      () ->
                          stub(api.channel(), "old")
                              .listDataSources(ListDataSourcesRequest.getDefaultInstance()))
                  .getStatus()
                  .getCode())
          .isEqualTo(Status.Code.UNAUTHENTICATED);
      stub(api.channel(), "new").listDataSources(ListDataSourcesRequest.getDefaultInstance());
    }
  }

  @Test
  void health_isToldByDataSource_andNotOfForeignOnes() throws Exception {
    AccessList list = list("alice", "secret", "fnal");
    try (ServedApi api = new ServedApi(() -> Optional.of(list), Optional.empty(), 100, 10_000)) {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, "Bearer secret");
      HealthGrpc.HealthBlockingStub health =
          HealthGrpc.newBlockingStub(api.channel())
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));

      assertThat(
              health.check(HealthCheckRequest.newBuilder().setService("fnal").build()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
      for (String name : List.of("test", "none", "x".repeat(60_000))) {
        HealthCheckRequest asked = HealthCheckRequest.newBuilder().setService(name).build();
        List<StatusRuntimeException> refusals =
            List.of(
                catchThrowableOfType(StatusRuntimeException.class, () -> health.check(asked)),
                catchThrowableOfType(
                    StatusRuntimeException.class, () -> health.watch(asked).hasNext()));
        assertThat(refusals)
            .extracting(refusal -> refusal.getStatus().toString())
            .containsOnly(Status.NOT_FOUND.withDescription("unknown service").toString());
      }
    }
  }

  @Test
  void reflection_tellsOfTheService() throws Exception {
    try (ServedApi api = ServedApi.open()) {
      assertThat(new ReflectionClient(api.channel()).services())
          .contains(ApiServer.SERVICE, "grpc.health.v1.Health");
    }
  }

  @Test
  void callsAboveTheRate_areRefusedWithAdviceWhenToTryAgain() throws Exception {
    try (ServedApi api = new ServedApi(Optional::empty, Optional.empty(), 100, 2)) {
      ManagedChannel channel = api.channel();
      StatusRuntimeException refusal =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> {
                for (int i = 0; i < 50; i++) {
                  stub(channel).listDataSources(ListDataSourcesRequest.getDefaultInstance());
                }
              });

      assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(detail(refusal, RetryInfo.class).orElseThrow().getRetryDelay().getSeconds())
          .isEqualTo(1);
    }
  }

  private static AccessList list(String name, String token, String sources) {
    return AccessList.parse(
        "token " + name + " " + AccessList.digest(token) + " " + sources, Set.of("fnal", "test"));
  }
}

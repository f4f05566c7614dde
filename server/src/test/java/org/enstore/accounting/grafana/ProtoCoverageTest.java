package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.enstore.accounting.proto.goplugin.ControllerProto;
import org.enstore.accounting.proto.pluginv2.BackendProto;
import org.junit.jupiter.api.Test;

/**
 * Fails when the protocol grows a request field that nobody has thought about: each is read, or
 * ignored for a reason.
 */
class ProtoCoverageTest {
  /**
   * Admission and conversion, which a host asks for in vain by design: it reads {@code
   * UNIMPLEMENTED} as "has none".
   */
  private static final Set<String> NOT_SERVED =
      Set.of("pluginv2.AdmissionControl", "pluginv2.ResourceConversion");

  private static final Set<String> READ =
      Set.of(
          "PluginContext.orgId",
          "PluginContext.dataSourceInstanceSettings",
          "PluginContext.namespace",
          "DataSourceInstanceSettings.url",
          "DataSourceInstanceSettings.user",
          "DataSourceInstanceSettings.database",
          "DataSourceInstanceSettings.jsonData",
          "DataSourceInstanceSettings.decryptedSecureJsonData",
          "DataSourceInstanceSettings.lastUpdatedMS",
          "DataSourceInstanceSettings.uid",
          "QueryDataRequest.pluginContext",
          "QueryDataRequest.headers",
          "QueryDataRequest.queries",
          "DataQuery.refId",
          "DataQuery.maxDataPoints",
          "DataQuery.intervalMS",
          "DataQuery.timeRange",
          "DataQuery.json",
          "DataQuery.queryType",
          "TimeRange.fromEpochMS",
          "TimeRange.toEpochMS",
          "CallResourceRequest.pluginContext",
          "CallResourceRequest.path",
          "CallResourceRequest.method",
          "CallResourceRequest.url",
          "CallResourceRequest.body",
          "CheckHealthRequest.pluginContext");

  private static final Map<String, String> IGNORED =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("PluginContext.pluginId", "There is one plugin."),
              Map.entry("PluginContext.user", "Answers do not depend on who asks."),
              Map.entry("PluginContext.appInstanceSettings", "This is no app."),
              Map.entry("PluginContext.grafanaConfig", "Nothing in it concerns us so far."),
              Map.entry("PluginContext.pluginVersion", "The program knows its own."),
              Map.entry("PluginContext.userAgent", "Every host is answered alike."),
              Map.entry("PluginContext.apiVersion", "The settings carry a version of their own."),
              Map.entry("DataSourceInstanceSettings.id", "The uid identifies."),
              Map.entry("DataSourceInstanceSettings.name", "May change at any time."),
              Map.entry("DataSourceInstanceSettings.basicAuthEnabled", "HTTP's."),
              Map.entry("DataSourceInstanceSettings.basicAuthUser", "HTTP's."),
              Map.entry(
                  "DataSourceInstanceSettings.apiVersion",
                  "The settings carry a version of their own."),
              Map.entry("QueryDataRequest.format", "Arrow is read by every host."),
              Map.entry("CallResourceRequest.headers", "Every client is answered alike."),
              Map.entry("CheckHealthRequest.headers", "Every client is answered alike."),
              Map.entry("CollectMetricsRequest.pluginContext", "Figures are the process's."),
              Map.entry("QueryChunkedDataRequest.pluginContext", "Not served yet."),
              Map.entry("QueryChunkedDataRequest.headers", "Not served yet."),
              Map.entry("QueryChunkedDataRequest.queries", "Not served yet."),
              Map.entry("QueryChunkedDataRequest.format", "Not served yet."),
              Map.entry("SubscribeStreamRequest.pluginContext", "There are no channels."),
              Map.entry("SubscribeStreamRequest.path", "There are no channels."),
              Map.entry("SubscribeStreamRequest.data", "There are no channels."),
              Map.entry("SubscribeStreamRequest.headers", "There are no channels."),
              Map.entry("RunStreamRequest.pluginContext", "There are no channels."),
              Map.entry("RunStreamRequest.path", "There are no channels."),
              Map.entry("RunStreamRequest.data", "There are no channels."),
              Map.entry("RunStreamRequest.headers", "There are no channels."),
              Map.entry("PublishStreamRequest.pluginContext", "Nobody may publish."),
              Map.entry("PublishStreamRequest.path", "Nobody may publish."),
              Map.entry("PublishStreamRequest.data", "Nobody may publish."),
              Map.entry("PublishStreamRequest.headers", "Nobody may publish."),
              Map.entry("User.login", "Within an ignored field."),
              Map.entry("User.name", "Within an ignored field."),
              Map.entry("User.email", "Within an ignored field."),
              Map.entry("User.role", "Within an ignored field."),
              Map.entry("AppInstanceSettings.jsonData", "Within an ignored field."),
              Map.entry("AppInstanceSettings.decryptedSecureJsonData", "Within an ignored field."),
              Map.entry("AppInstanceSettings.lastUpdatedMS", "Within an ignored field."),
              Map.entry("AppInstanceSettings.apiVersion", "Within an ignored field.")));

  @Test
  void everyRequestField_isReadOrIgnoredForAReason() {
    Set<String> fields = new TreeSet<>();
    for (ServiceDescriptor service : BackendProto.getDescriptor().getServices()) {
      if (!NOT_SERVED.contains(service.getFullName())) {
        for (MethodDescriptor method : service.getMethods()) {
          collect(method.getInputType(), fields, new LinkedHashSet<>());
        }
      }
    }
    Set<String> thoughtAbout = new TreeSet<>(READ);
    thoughtAbout.addAll(IGNORED.keySet());

    assertThat(fields).isEqualTo(thoughtAbout);
    assertThat(READ).doesNotContainAnyElementsOf(IGNORED.keySet());
  }

  @Test
  void everyService_isServedOrLeftOut() {
    List<String> all =
        BackendProto.getDescriptor().getServices().stream()
            .map(ServiceDescriptor::getFullName)
            .toList();
    assertThat(all)
        .containsExactlyInAnyOrder(
            "pluginv2.Data",
            "pluginv2.Resource",
            "pluginv2.Diagnostics",
            "pluginv2.Stream",
            "pluginv2.AdmissionControl",
            "pluginv2.ResourceConversion");
    assertThat(ControllerProto.getDescriptor().getServices()).hasSize(1);
  }

  private static void collect(Descriptor message, Set<String> fields, Set<Descriptor> seen) {
    if (!seen.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      fields.add(message.getName() + "." + field.getName());
      if (field.getType() == FieldDescriptor.Type.MESSAGE && !field.isMapField()) {
        collect(field.getMessageType(), fields, seen);
      }
    }
  }
}

package org.enstore.accounting.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.proto.goplugin.BrokerProto;
import org.enstore.accounting.proto.goplugin.ControllerProto;
import org.enstore.accounting.proto.goplugin.StdioProto;
import org.enstore.accounting.proto.pluginv2.BackendProto;
import org.junit.jupiter.api.Test;

/**
 * Our proto files say on the wire exactly what the checked-in tables say, no more and no less.
 *
 * <p>With the system property {@code wire.descriptors}, a descriptor set that protoc made from the
 * upstream files takes the place of ours, so the same tables can be checked against upstream: see
 * the module's README.md.
 */
class WireCompatibilityTest {

  @Test
  void pluginProtocol_isTheTable() throws Exception {
    assertThat(WireTable.of(files("pluginv2", BackendProto.getDescriptor())))
        .containsExactlyElementsOf(table("pluginv2"));
  }

  @Test
  void goPlugin_isTheTable() throws Exception {
    assertThat(
            WireTable.of(
                files(
                    "plugin",
                    BrokerProto.getDescriptor(),
                    ControllerProto.getDescriptor(),
                    StdioProto.getDescriptor())))
        .containsExactlyElementsOf(table("plugin"));
  }

  /** Lines of the table for a proto package; empty ones and comments (#) left out. */
  private static List<String> table(String protoPackage) throws IOException {
    try (InputStream text =
        WireCompatibilityTest.class.getResourceAsStream("/wire/" + protoPackage + ".txt")) {
      assertThat(text).as("table of package %s", protoPackage).isNotNull();
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    }
  }

  private static List<FileDescriptor> files(String protoPackage, FileDescriptor... ours)
      throws IOException, DescriptorValidationException {
    String upstream = System.getProperty("wire.descriptors");
    List<FileDescriptor> all = upstream == null ? List.of(ours) : read(Path.of(upstream));
    List<FileDescriptor> files =
        all.stream().filter(file -> file.getPackage().equals(protoPackage)).toList();
    assertThat(files).as("files of package %s", protoPackage).isNotEmpty();
    return files;
  }

  /** Reads a set in which, as protoc writes it, each file comes after those it imports. */
  private static List<FileDescriptor> read(Path descriptorSet)
      throws IOException, DescriptorValidationException {
    Map<String, FileDescriptor> byName = new LinkedHashMap<>();
    for (FileDescriptorProto file :
        FileDescriptorSet.parseFrom(Files.readAllBytes(descriptorSet)).getFileList()) {
      List<FileDescriptor> imports = new ArrayList<>();
      for (String name : file.getDependencyList()) {
        imports.add(byName.get(name));
      }
      byName.put(
          file.getName(), FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new)));
    }
    return List.copyOf(byName.values());
  }
}

package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import org.enstore.accounting.proto.v1.MoverClass;
import org.junit.jupiter.api.Test;

class MoversCommandTest extends ClientCommandsFixture {
  @Test
  void movers_comeInAllPages() {
    assertThat(call("movers", "--look-back", "30d", "--class", "tape,null", "--match", "L"))
        .isZero();
    assertThat(out)
        .isEqualTo(
            """
            mover   class  drive        first seen  last seen   libraries
            LTO8_1  tape   ULT3580-TD8  2025-06-01  2025-06-19  CD-1 CD-2
            LTO8_s
            disk_1  disk                2025-06-02  2025-06-18
            """);
    assertThat(service.lists).hasSize(2);
    assertThat(service.lists.get(1).getPageToken()).isEqualTo("more");
    assertThat(service.lists.get(0).getLookBack().getSeconds()).isEqualTo(30 * 86_400);
    assertThat(service.lists.get(0).getClassesList())
        .containsExactly(MoverClass.MOVER_CLASS_TAPE, MoverClass.MOVER_CLASS_NULL);

    call("movers", "-F", "csv", "--filter", "library=CD-1");
    assertThat(out.lines())
        .contains("LTO8_1,tape,ULT3580-TD8,2025-06-01,2025-06-19,CD-1 CD-2", "LTO8_s,,,,,");
    assertThat(service.lists.get(2).getFiltersOrThrow("library").getIncludeList())
        .containsExactly("CD-1");
    call("movers", "-F", "json");
    assertThat(
            JsonParser.parseString(out)
                .getAsJsonObject()
                .getAsJsonArray("movers")
                .get(1)
                .toString())
        .isEqualTo(
            "{\"name\":\"LTO8_s\",\"class\":null,\"driveType\":null,\"firstSeen\":null,"
                + "\"lastSeen\":null,\"libraries\":[]}");
  }
}

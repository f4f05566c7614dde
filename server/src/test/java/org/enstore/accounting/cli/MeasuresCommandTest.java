package org.enstore.accounting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

class MeasuresCommandTest extends ClientCommandsFixture {
  @Test
  void table_tellsWhatIsMissing() {
    assertThat(call("measures")).isZero();
    assertThat(out)
        .isEqualTo(
            """
            measure  unit   of         available  meaning                         dimensions
            bytes    bytes  transfers  yes        Bytes transferred in each step  mover library
            errors   none   errors     no         Failed requests                 errorClass
            """);
    assertThat(err)
        .isEqualTo("enstore-accounting measures: note: errors: The table encp_error is missing.\n");
  }

  @Test
  void csv_hasEverything() {
    call("measures", "-F", "csv");
    assertThat(out.lines())
        .contains(
            "bytes,Bytes,Bytes transferred in each step,bytes,bytes,true,transfers,accounting,"
                + "mover library,true,",
            "errors,Errors,Failed requests,count,none,true,errors,accounting,errorClass,false,"
                + "The table encp_error is missing.");
  }

  @Test
  void json_isOneObject() {
    call("measures", "-F", "json");
    JsonObject bytes =
        JsonParser.parseString(out)
            .getAsJsonObject()
            .getAsJsonArray("measures")
            .get(0)
            .getAsJsonObject();
    assertThat(bytes.get("dimensions").toString()).isEqualTo("[\"mover\",\"library\"]");
    assertThat(bytes.get("defaultGroupBy").toString()).isEqualTo("[\"mover\"]");
    assertThat(bytes.get("available").getAsBoolean()).isTrue();
  }
}

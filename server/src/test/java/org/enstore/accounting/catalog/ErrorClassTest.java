package org.enstore.accounting.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorClassTest {
  @ParameterizedTest
  @CsvSource({
    "READ_ERROR, driveOrMedia",
    "WRITE_ERROR, driveOrMedia",
    "CRC MISMATCH, driveOrMedia",
    "CRC ENCP MISMATCH, client",
    "MEDIA_CHANGER_QUEUE_FULL, robot",
    "READ_BADMOUNT, robot",
    "NOACCESS, policy",
    "noread, policy",
    "USERERROR, client",
    "FILE WAS MODIFIED, client",
    "NET_ERROR, system",
    "IO ERROR, system",
    "TOO MANY RETRIES, other",
    "'', other"
  })
  void of_isTheClassThatEnstoreGroupsTheTypeIn(String type, String label) {
    assertThat(ErrorClass.of(type).label()).isEqualTo(label);
  }

  @ParameterizedTest
  @CsvSource({
    "failed 3 times: WRITE_ERROR then NET_ERROR, WRITE_ERROR",
    "('mediaerror' None), mediaerror",
    "MOVER_CRASH, MOVER_CRASH"
  })
  void knownTypes_findsTheFirstOneInAText(String text, String type) {
    // The server's own expressions and these agree on alternatives of plain text.
    assertThat(Pattern.compile(ErrorClass.knownTypes()).matcher(text).results().findFirst())
        .hasValueSatisfying(found -> assertThat(found.group()).isEqualTo(type));
  }
}

package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StandbyLookTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "user=r application_name=db2 fallback_application_name=walreceiver | db2",
        "user=r fallback_application_name=walreceiver sslmode=prefer | walreceiver",
        "application_name='the second' host=a | the second",
        "application_name='it\\'s' host=a | it's",
        "fallback_application_name=one application_name=two | two",
      })
  void applicationName_isReadFromTheConnection(String conninfo, String name) {
    assertThat(StandbyLook.applicationNameIn(conninfo)).contains(name);
  }

  @ParameterizedTest
  @CsvSource({"user=r host=a", "myapplication_name=x"})
  void applicationName_notGiven(String conninfo) {
    assertThat(StandbyLook.applicationNameIn(conninfo)).isEmpty();
  }
}

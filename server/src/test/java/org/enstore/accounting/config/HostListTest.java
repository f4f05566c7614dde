package org.enstore.accounting.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostListTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "standby                        | standby:8800",
        "standby.example.org:5432       | standby.example.org:5432",
        "standby1, standby2:5433 ,sb_3  | standby1:8800 standby2:5433 sb_3:8800",
        "127.0.0.1                      | 127.0.0.1:8800",
        "[::1]                          | [::1]:8800",
        "[::1]:5432                     | [::1]:5432",
        "[2001:db8::5]:8800,standby     | [2001:db8::5]:8800 standby:8800",
        "''                             | ''",
        "' '                            | ''"
      })
  void parse(String text, String hosts) {
    assertThat(
            HostList.parse(text, 8800).stream()
                .map(HostPort::toString)
                .collect(Collectors.joining(" ")))
        .isEqualTo(hosts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "postgres://u:p@standby:5432/accounting?x=1 | such as \"standby:5432\"",
        "jdbc:postgresql://standby/accounting       | such as \"standby\"",
        "http://standby:8800                        | give the bare list of hosts",
        "reader@standby                             | fields of their own",
        "standby/accounting                         | field of its own",
        "/var/run/postgresql                        | only TCP",
        "::1                                        | in brackets",
        "standby,                                   | empty entry",
        "standby,standby:8800                       | twice",
        "standby:                                   | from 1 to 65535",
        "standby:0                                  | from 1 to 65535",
        "standby:65536                              | from 1 to 65535",
        "standby:http                               | from 1 to 65535",
        "stand by                                   | no host[:port]",
        "[::1                                       | no host[:port]"
      })
  void parse_refused(String text, String reason) {
    assertThatThrownBy(() -> HostList.parse(text, 8800))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason)
        .hasMessageEndingWith(".");
  }

  @ParameterizedTest
  @CsvSource({"postgres://u:secret@standby/db", "u:secret@standby"})
  void parse_refused_keepsPasswordsToItself(String text) {
    assertThatThrownBy(() -> HostList.parse(text, 8800)).hasMessageNotContaining("secret");
  }
}

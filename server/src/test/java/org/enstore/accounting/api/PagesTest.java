package org.enstore.accounting.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.series.QueryFailure;
import org.junit.jupiter.api.Test;

class PagesTest {
  private static final List<String> NAMES = List.of("m1", "m2", "m9", "m10", "m11");

  @Test
  void pages_holdEveryNameOnce_inNaturalOrder() {
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      Pages.Page page = Pages.cut(NAMES, 2, token, "request");
      assertThat(page.names()).hasSizeLessThanOrEqualTo(2);
      seen.addAll(page.names());
      token = page.next();
    } while (!token.isEmpty());

    assertThat(seen).isEqualTo(NAMES);
  }

  @Test
  void nameThatIsGone_shiftsNothing() {
    String token = Pages.cut(NAMES, 3, "", "request").next();

    assertThat(Pages.cut(List.of("m1", "m10", "m11"), 3, token, "request").names())
        .containsExactly("m10", "m11");
  }

  @Test
  void tokenOfAnotherRequest_isRefused() {
    String token = Pages.cut(NAMES, 2, "", "request").next();

    assertThatExceptionOfType(QueryFailure.class)
        .isThrownBy(() -> Pages.cut(NAMES, 2, token, "another"))
        .satisfies(
            failure -> assertThat(failure.complaints().get(0).field()).isEqualTo("pageToken"));
    assertThatExceptionOfType(QueryFailure.class)
        .isThrownBy(() -> Pages.cut(NAMES, 2, "%%%", "request"));
  }

  @Test
  void negativeSize_isRefused_andZeroIsTheUsualOne() {
    assertThatExceptionOfType(QueryFailure.class).isThrownBy(() -> Pages.cut(NAMES, -1, "", "r"));
    assertThat(Pages.cut(NAMES, 0, "", "r").names()).isEqualTo(NAMES);
  }
}

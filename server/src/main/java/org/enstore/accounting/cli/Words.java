package org.enstore.accounting.cli;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.enstore.accounting.config.Spelling;

/**
 * The words of the query model for the values of the service's enums: {@code notYet} for {@code
 * GAPS_NOT_YET}.
 */
final class Words {
  private static final Map<String, String> OTHER_WORDS = Map.of("UNIT_MIB", "MiB", "UNIT_MB", "MB");

  private Words() {}

  /** The words of all values that can be asked for. */
  static List<String> all(EnumDescriptor type) {
    return type.getValues().stream()
        .filter(value -> value.getNumber() != 0)
        .map(Words::of)
        .toList();
  }

  /** The word for {@code value}. */
  static String of(EnumValueDescriptor value) {
    String other = OTHER_WORDS.get(value.getName());
    if (other != null) {
      return other;
    }
    // The enum's own name comes first, as in GAPS_ZERO of Gaps.
    String type = value.getType().getName();
    int prefix = type.length() + (int) type.chars().filter(Character::isUpperCase).count();
    StringBuilder word = new StringBuilder();
    for (String part : List.of(value.getName().substring(prefix).split("_", -1))) {
      String lower = part.toLowerCase(Locale.ROOT);
      word.append(
          word.isEmpty()
              ? lower
              : lower.substring(0, 1).toUpperCase(Locale.ROOT) + lower.substring(1));
    }
    return word.toString();
  }

  /**
   * The value that {@code word} stands for; case, hyphens and underscores do not matter.
   *
   * @param option what the word was given to
   * @throws Failure with the permitted words
   */
  static EnumValueDescriptor value(EnumDescriptor type, String option, String word) {
    String known = known(all(type), option + " is", word);
    return type.getValues().stream()
        .filter(value -> value.getNumber() != 0 && of(value).equals(known))
        .findFirst()
        .orElseThrow();
  }

  /**
   * The one of {@code known} that {@code word} stands for; case, hyphens and underscores do not
   * matter.
   *
   * @param subject what a complaint begins with, such as {@code --measure is}
   * @throws Failure with the permitted words
   */
  static String known(List<String> known, String subject, String word) {
    return known.stream()
        .filter(each -> plain(each).equals(plain(word)))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.usage(
                    "%s \"%s\"; it must be one of %s.%s"
                        .formatted(
                            subject, word, String.join(", ", known), Spelling.hint(word, known))));
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }
}

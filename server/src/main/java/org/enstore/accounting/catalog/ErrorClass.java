package org.enstore.accounting.catalog;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where the cause of a failed request lies, by the type that encp recorded: Enstore's {@code
 * e_errors} names the types. A type is compared in capital letters, with blanks for underscores.
 */
public enum ErrorClass {
  /** The drive or the tape in it. */
  DRIVE_OR_MEDIA("driveOrMedia"),
  /** The robot that mounts tapes. */
  ROBOT("robot"),
  /** The client, its user or the file. */
  CLIENT("client"),
  /** What the site allows. */
  POLICY("policy"),
  /** Hosts, the network, and the processes of Enstore. */
  SYSTEM("system"),
  /** A type that is none of these. */
  OTHER("other");

  /** What encp records when it has tried often enough; the cause is in the text. */
  public static final String TOO_MANY_RETRIES = "TOO MANY RETRIES";

  /**
   * A mismatch that the mover found is the drive's; others, which name their place, the client's.
   */
  private static final String MOVER_CRC_MISMATCH = "CRC MISMATCH";

  /** The types of each class; one that holds such a text is of the first class that has it. */
  private static final Map<ErrorClass, List<String>> TYPES = types();

  private final String label;

  ErrorClass(String label) {
    this.label = label;
  }

  /** The word in queries and labels. */
  public String label() {
    return label;
  }

  /** The class of an error whose type encp recorded as {@code type}. */
  public static ErrorClass of(String type) {
    String normal = type.toUpperCase(Locale.ROOT).replace('_', ' ').strip();
    if (normal.equals(MOVER_CRC_MISMATCH)) {
      return DRIVE_OR_MEDIA;
    }
    return TYPES.entrySet().stream()
        .filter(each -> each.getValue().stream().anyMatch(normal::contains))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(OTHER);
  }

  /**
   * A regular expression of PostgreSQL that finds the first type known to a class in a text,
   * however it is spelled.
   */
  public static String knownTypes() {
    List<String> types =
        Stream.concat(TYPES.values().stream().flatMap(List::stream), Stream.of(MOVER_CRC_MISMATCH))
            .map(type -> type.strip().replace(" ", "[ _]"))
            .toList();
    return "(?i)(" + String.join("|", types) + ")";
  }

  private static Map<ErrorClass, List<String>> types() {
    Map<ErrorClass, List<String>> types = new EnumMap<>(ErrorClass.class);
    types.put(
        DRIVE_OR_MEDIA,
        List.of(
            "READ ERROR",
            "READ NODATA",
            "READ EOD",
            "READ EOT",
            "READ VOL1",
            "READ EOV1",
            "WRITE ERROR",
            "WRITE EOT",
            "WRITE VOL1",
            "WRITE NOBLANKS",
            "POSITIONING ERROR",
            "MEDIAERROR",
            "DRIVEERROR",
            "DEVICE ERROR",
            "VOL1 ",
            "EOV1 ERROR"));
    types.put(
        ROBOT,
        List.of(
            "MOUNTFAILED",
            "DISMOUNTFAILED",
            "BADMOUNT",
            "BADSWMOUNT",
            "MEDIA CHANGER QUEUE FULL",
            "MEDIA IN ANOTHER DEVICE"));
    types.put(
        CLIENT,
        List.of(
            "USERERROR",
            "NOSPACE",
            "FILE WAS MODIFIED",
            "DELETED",
            "DOESNOTEXIST",
            "MALFORMED REQUEST",
            "VERSION MISMATCH",
            "CRC ENCP MISMATCH",
            "CRC ECRC MISMATCH",
            "CRC DCACHE MISMATCH"));
    types.put(
        POLICY,
        List.of(
            "NOACCESS",
            "NOTALLOWED",
            "STORAGE QUOTA EXCEEDED",
            "NOREAD",
            "NOWRITE",
            "LOCKED",
            "REJECT"));
    types.put(
        SYSTEM,
        List.of(
            "TIMEDOUT",
            "NET ERROR",
            "TCP",
            "ENCP GONE",
            "MOVER CRASH",
            "MOVER STUCK",
            "OS ERROR",
            "IO ERROR",
            "PROTOCOL ERROR",
            "F-ERROR",
            "V-ERROR",
            "I-ERROR"));
    return types;
  }
}

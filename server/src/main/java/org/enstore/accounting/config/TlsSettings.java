package org.enstore.accounting.config;

import java.util.Arrays;
import java.util.Optional;

/**
 * How connections to the database are encrypted and whom they trust.
 *
 * @param serverName the name to look for in the server's certificate instead of the host's; empty
 *     for the host's
 * @param caCertificate PEM certificates to trust; empty for the Java runtime's own
 * @param clientCertificate the PEM certificate to show, empty for none
 * @param clientKey its PEM key in PKCS #8, empty for none
 */
public record TlsSettings(
    Mode mode,
    String serverName,
    Secret caCertificate,
    Secret clientCertificate,
    Secret clientKey) {

  /** libpq's modes, without the two that fall back silently. */
  public enum Mode {
    DISABLE("disable"),
    /** Encrypted, the server's identity unchecked. */
    REQUIRE("require"),
    /** The server's certificate must come from a trusted authority. */
    VERIFY_CA("verify-ca"),
    /** And must be made out to the host's name. */
    VERIFY_FULL("verify-full");

    private final String text;

    Mode(String text) {
      this.text = text;
    }

    /** How the mode is written in settings. */
    public String text() {
      return text;
    }

    /** The mode written as {@code text}, if there is one. */
    public static Optional<Mode> of(String text) {
      return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
    }
  }
}

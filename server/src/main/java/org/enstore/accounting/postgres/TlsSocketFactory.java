package org.enstore.accounting.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.series.QueryFailure;

/**
 * Makes the driver's TLS sockets from certificates and keys that are texts: nothing is written to
 * disk. The driver makes it by name, with {@link #argument} as its only parameter.
 */
public final class TlsSocketFactory extends SSLSocketFactory {
  private final SSLSocketFactory factory;
  private final boolean verifiesName;
  private final String serverName;

  /**
   * Called by the driver.
   *
   * @param argument what {@link #argument} made
   * @throws QueryFailure when a certificate or key cannot be used
   */
  public TlsSocketFactory(String argument) {
    String[] parts = argument.split(",", -1);
    TlsSettings settings =
        new TlsSettings(
            TlsSettings.Mode.valueOf(decode(parts[0])),
            decode(parts[1]),
            new Secret(decode(parts[2])),
            new Secret(decode(parts[3])),
            new Secret(decode(parts[4])));
    SSLContext context = TlsMaterial.context(settings);
    this.factory = context.getSocketFactory();
    this.verifiesName = settings.mode() == TlsSettings.Mode.VERIFY_FULL;
    this.serverName = settings.serverName();
  }

  /** What the constructor needs to know about {@code settings} for a connection to {@code host}. */
  static String argument(TlsSettings settings, HostPort host) {
    String name = settings.serverName().isEmpty() ? host.host() : settings.serverName();
    return String.join(
        ",",
        encode(settings.mode().name()),
        encode(name),
        encode(settings.caCertificate().reveal()),
        encode(settings.clientCertificate().reveal()),
        encode(settings.clientKey().reveal()));
  }

  /** Wraps {@code socket}; the name to verify is the settings' name, whatever {@code host} says. */
  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    SSLSocket tls = (SSLSocket) factory.createSocket(socket, serverName, port, autoClose);
    if (verifiesName) {
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
    }
    return tls;
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return factory.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return factory.getSupportedCipherSuites();
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw unused();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw unused();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw unused();
  }

  @Override
  public Socket createSocket(
      InetAddress address, int port, InetAddress localAddress, int localPort) {
    throw unused();
  }

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("the driver only ever wraps sockets of its own");
  }

  private static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decode(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }
}

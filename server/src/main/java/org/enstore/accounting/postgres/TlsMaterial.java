package org.enstore.accounting.postgres;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.jspecify.annotations.Nullable;

/** Turns PEM texts into what TLS needs, in memory. */
final class TlsMaterial {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /** ASN.1 of the algorithm identifier rsaEncryption with its NULL parameter. */
  private static final byte[] RSA_ALGORITHM = {
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /** ASN.1 of the object identifier ecPublicKey. */
  private static final byte[] EC_PUBLIC_KEY = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };

  private static final String CONVERT =
      " Convert it with: openssl pkcs8 -topk8 -nocrypt -in client.key -out client.pk8";

  private TlsMaterial() {}

  /**
   * The context for connections under {@code settings}.
   *
   * @throws QueryFailure of kind {@link FailureKind#NOT_CONFIGURED} that names the setting which
   *     cannot be used
   */
  static SSLContext context(TlsSettings settings) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(settings), trustManagers(settings), new SecureRandom());
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new QueryFailure(
          FailureKind.NOT_CONFIGURED, "TLS cannot be set up: " + e.getMessage() + ".", e);
    }
  }

  /** The certificates of a PEM text, in its order; {@code setting} is named when there are none. */
  static List<X509Certificate> certificates(String setting, String pem) {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Matcher block = BLOCK.matcher(pem);
      while (block.find()) {
        if (block.group(1).endsWith("CERTIFICATE")) {
          Collection<? extends Certificate> found =
              factory.generateCertificates(
                  new ByteArrayInputStream(block.group().getBytes(StandardCharsets.US_ASCII)));
          found.forEach(certificate -> certificates.add((X509Certificate) certificate));
        }
      }
    } catch (CertificateException e) {
      throw new QueryFailure(
          FailureKind.NOT_CONFIGURED, setting + " does not hold a readable certificate.", e);
    }
    if (certificates.isEmpty()) {
      throw new QueryFailure(
          FailureKind.NOT_CONFIGURED,
          setting
              + " holds no certificate: paste the PEM text, from -----BEGIN CERTIFICATE----- to"
              + " -----END CERTIFICATE-----.");
    }
    return certificates;
  }

  /** The private key of a PEM text: PKCS #8, or the traditional forms of RSA and EC keys. */
  static PrivateKey privateKey(String pem) {
    String curve = null;
    Matcher block = BLOCK.matcher(pem);
    while (block.find()) {
      String content = block.group(2);
      if (block.group(1).startsWith("ENCRYPTED") || content.contains("ENCRYPTED")) {
        throw badKey("is protected by a passphrase, which cannot be given here.", null);
      }
      switch (block.group(1)) {
        case "EC PARAMETERS" -> curve = content;
        case "PRIVATE KEY" -> {
          return decodeKey(decode(content));
        }
        case "RSA PRIVATE KEY" -> {
          return decodeKey(pkcs8(RSA_ALGORITHM, decode(content)));
        }
        case "EC PRIVATE KEY" -> {
          byte[] key = decode(content);
          byte[] parameters = curve == null ? curveOf(key) : decode(curve);
          return decodeKey(pkcs8(sequence(EC_PUBLIC_KEY, parameters), key));
        }
        default -> {
          // A certificate that was pasted along with the key.
        }
      }
    }
    throw badKey("holds no private key in PEM.", null);
  }

  private static KeyManager @Nullable [] keyManagers(TlsSettings settings)
      throws GeneralSecurityException, IOException {
    if (settings.clientCertificate().isEmpty() && settings.clientKey().isEmpty()) {
      return null;
    }
    if (settings.clientCertificate().isEmpty() || settings.clientKey().isEmpty()) {
      throw new QueryFailure(
          FailureKind.NOT_CONFIGURED,
          "tlsClientCert and tlsClientKey belong together: set both or neither.");
    }
    char[] password = new char[0];
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, password);
    List<X509Certificate> chain =
        certificates("tlsClientCert", settings.clientCertificate().reveal());
    PrivateKey key = privateKey(settings.clientKey().reveal());
    if (!chain.get(0).getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
      throw badKey("does not belong to tlsClientCert: one is for another kind of key.", null);
    }
    store.setKeyEntry("client", key, password, chain.toArray(Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    return factory.getKeyManagers();
  }

  private static TrustManager @Nullable [] trustManagers(TlsSettings settings)
      throws GeneralSecurityException, IOException {
    if (settings.mode() == TlsSettings.Mode.REQUIRE) {
      return new TrustManager[] {new TrustAnyone()};
    }
    if (settings.caCertificate().isEmpty()) {
      return null;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, new char[0]);
    int number = 0;
    for (X509Certificate certificate :
        certificates("tlsCaCert", settings.caCertificate().reveal())) {
      store.setCertificateEntry("authority " + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static PrivateKey decodeKey(byte[] pkcs8) {
    GeneralSecurityException last = null;
    for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw badKey("holds no RSA, EC or EdDSA key that can be read.", last);
  }

  private static QueryFailure badKey(String what, @Nullable Throwable cause) {
    return new QueryFailure(FailureKind.NOT_CONFIGURED, "tlsClientKey " + what + CONVERT, cause);
  }

  private static byte[] decode(String base64) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw badKey("is damaged: its text is not Base64.", e);
    }
  }

  /** The traditional form of a key, wrapped as PKCS #8: version 0, algorithm, octets. */
  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return sequence(new byte[] {0x02, 0x01, 0x00}, algorithm, element(0x04, key));
  }

  /** The curve that a SEC 1 key names in its field [0]: version, octets, [0] curve, [1] point. */
  private static byte[] curveOf(byte[] key) {
    try {
      int at = contentOf(key, 0);
      at = contentOf(key, at) + lengthOf(key, at);
      at = contentOf(key, at) + lengthOf(key, at);
      if (at < key.length && (key[at] & 0xff) == 0xa0) {
        int start = contentOf(key, at);
        return java.util.Arrays.copyOfRange(key, start, start + lengthOf(key, at));
      }
    } catch (ArrayIndexOutOfBoundsException e) {
      throw badKey("is damaged.", e);
    }
    throw badKey("does not say which curve it is on.", null);
  }

  private static int contentOf(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length - 0x80);
  }

  private static int lengthOf(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    if (length < 0x80) {
      return length;
    }
    int value = 0;
    for (int i = 0; i < length - 0x80; i++) {
      value = (value << 8) | (der[at + 2 + i] & 0xff);
    }
    return value;
  }

  private static byte[] sequence(byte[]... elements) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] element : elements) {
      content.writeBytes(element);
    }
    return element(0x30, content.toByteArray());
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    if (content.length < 0x80) {
      element.write(content.length);
    } else {
      int octets = content.length < 0x100 ? 1 : content.length < 0x10000 ? 2 : 3;
      element.write(0x80 | octets);
      for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
        element.write(content.length >> shift);
      }
    }
    element.writeBytes(content);
    return element.toByteArray();
  }

  /** What the mode {@code require} asks for: a secret line to whoever answers. */
  private static final class TrustAnyone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import org.enstore.accounting.config.Secret;
import org.enstore.accounting.config.TlsSettings;
import org.enstore.accounting.demo.TestAuthority;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;
import org.junit.jupiter.api.Test;

final class TlsMaterialTest {
  private static final Secret NONE = new Secret("");

  @Test
  void key_pkcs8() throws Exception {
    KeyPair rsa = rsa();
    KeyPair ec = ec();

    assertThat(
            TlsMaterial.privateKey(TestAuthority.pem("PRIVATE KEY", rsa.getPrivate().getEncoded())))
        .isEqualTo(rsa.getPrivate());
    assertThat(
            TlsMaterial.privateKey(TestAuthority.pem("PRIVATE KEY", ec.getPrivate().getEncoded())))
        .isEqualTo(ec.getPrivate());
  }

  @Test
  void key_edDsa() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

    assertThat(
            TlsMaterial.privateKey(
                TestAuthority.pem("PRIVATE KEY", pair.getPrivate().getEncoded())))
        .isEqualTo(pair.getPrivate());
  }

  @Test
  void key_traditionalRsa() throws Exception {
    KeyPair rsa = rsa();
    RSAPrivateCrtKey key = (RSAPrivateCrtKey) rsa.getPrivate();
    byte[] pkcs1 =
        sequence(
            integer(BigInteger.ZERO),
            integer(key.getModulus()),
            integer(key.getPublicExponent()),
            integer(key.getPrivateExponent()),
            integer(key.getPrimeP()),
            integer(key.getPrimeQ()),
            integer(key.getPrimeExponentP()),
            integer(key.getPrimeExponentQ()),
            integer(key.getCrtCoefficient()));

    RSAPrivateCrtKey read =
        (RSAPrivateCrtKey) TlsMaterial.privateKey(TestAuthority.pem("RSA PRIVATE KEY", pkcs1));

    assertThat(read.getModulus()).isEqualTo(key.getModulus());
    assertThat(read.getPrivateExponent()).isEqualTo(key.getPrivateExponent());
    assertThat(read.getCrtCoefficient()).isEqualTo(key.getCrtCoefficient());
  }

  @Test
  void key_traditionalEc_withTheCurveInsideOrBefore() throws Exception {
    KeyPair ec = ec();
    byte[] octets = element(0x04, scalar(ec));
    byte[] version = integer(BigInteger.ONE);
    // prime256v1
    byte[] curve = {0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x03, 0x01, 0x07};

    for (String pem :
        List.of(
            TestAuthority.pem("EC PRIVATE KEY", sequence(version, octets, element(0xa0, curve))),
            TestAuthority.pem("EC PARAMETERS", curve)
                + TestAuthority.pem("EC PRIVATE KEY", sequence(version, octets)))) {
      ECPrivateKey read = (ECPrivateKey) TlsMaterial.privateKey(pem);
      assertThat(read.getS()).isEqualTo(((ECPrivateKey) ec.getPrivate()).getS());
      assertThat(read.getParams().getCurve().getField().getFieldSize()).isEqualTo(256);
    }
    assertRefused(TestAuthority.pem("EC PRIVATE KEY", sequence(version, octets)), "which curve");
  }

  @Test
  void key_unusable_saysHowToConvert() {
    assertRefused("", "no private key");
    assertRefused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "can be read");
    assertRefused(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
        "passphrase");
    assertRefused(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
        "passphrase");
  }

  @Test
  void certificate_missing_namesTheSetting() {
    assertThatThrownBy(() -> TlsMaterial.certificates("tlsCaCert", "nothing"))
        .isInstanceOf(QueryFailure.class)
        .hasMessageStartingWith("tlsCaCert holds no certificate");
    assertThatThrownBy(
            () ->
                TlsMaterial.certificates(
                    "tlsCaCert", TestAuthority.pem("CERTIFICATE", new byte[] {1, 2, 3})))
        .isInstanceOf(QueryFailure.class)
        .hasMessageStartingWith("tlsCaCert does not hold a readable certificate");
  }

  @Test
  void clientCertificateAndKey_belongTogether() {
    TlsSettings settings =
        new TlsSettings(TlsSettings.Mode.REQUIRE, "", NONE, NONE, new Secret("a key"));

    assertThatThrownBy(() -> TlsMaterial.context(settings))
        .isInstanceOf(QueryFailure.class)
        .hasMessageContaining("belong together");
  }

  private static void assertRefused(String pem, String why) {
    assertThatThrownBy(() -> TlsMaterial.privateKey(pem))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> {
              assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED);
              assertThat(failure.sentence())
                  .startsWith("tlsClientKey")
                  .contains(why)
                  .contains("openssl pkcs8 -topk8 -nocrypt");
            });
  }

  private static KeyPair rsa() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  private static KeyPair ec() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /** The private number of a key on a curve of 256 bits, as 32 octets. */
  private static byte[] scalar(KeyPair ec) {
    byte[] number = ((ECPrivateKey) ec.getPrivate()).getS().toByteArray();
    byte[] octets = new byte[32];
    int length = Math.min(32, number.length);
    System.arraycopy(number, number.length - length, octets, 32 - length, length);
    return octets;
  }

  private static byte[] integer(BigInteger value) {
    return element(0x02, value.toByteArray());
  }

  private static byte[] sequence(byte[]... parts) {
    byte[] content = new byte[0];
    for (byte[] part : parts) {
      int before = content.length;
      content = Arrays.copyOf(content, before + part.length);
      System.arraycopy(part, 0, content, before, part.length);
    }
    return element(0x30, content);
  }

  private static byte[] element(int tag, byte[] content) {
    byte[] header =
        content.length < 0x80
            ? new byte[] {(byte) tag, (byte) content.length}
            : new byte[] {
              (byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length
            };
    byte[] element = Arrays.copyOf(header, header.length + content.length);
    System.arraycopy(content, 0, element, header.length, content.length);
    return element;
  }
}

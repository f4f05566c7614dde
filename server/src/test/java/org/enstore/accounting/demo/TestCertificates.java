package org.enstore.accounting.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An authority, a server and a client that it vouches for, as PEM files made by the JDK's keytool.
 * The server is 127.0.0.1, localhost and {@value #SERVER_NAME}; the client is the reader.
 *
 * @param authority the authority's certificate
 * @param serverCertificate the server's
 * @param serverKey its key
 * @param clientCertificate the client's
 * @param clientKey its key
 * @param strangerAuthority the certificate of an authority that vouches for neither
 */
public record TestCertificates(
    Path authority,
    Path serverCertificate,
    Path serverKey,
    Path clientCertificate,
    Path clientKey,
    Path strangerAuthority) {

  public static final String SERVER_NAME = "standby.example.org";

  private static final String PASSWORD = "changeit";

  /** Makes them in {@code directory}. */
  public static TestCertificates in(Path directory)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = directory.resolve("keys.p12");
    generate(store, "ca", "CN=test authority", "-ext", "bc=ca:true");
    generate(store, "stranger", "CN=another authority", "-ext", "bc=ca:true");
    generate(
        store,
        "server",
        "CN=" + SERVER_NAME,
        "-signer",
        "ca",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost,dns:" + SERVER_NAME);
    generate(store, "client", "CN=enstore_reader", "-signer", "ca", "-ext", "eku=clientAuth");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(store)) {
      keys.load(file, PASSWORD.toCharArray());
    }
    return new TestCertificates(
        certificate(keys, directory, "ca"),
        certificate(keys, directory, "server"),
        key(keys, directory, "server"),
        certificate(keys, directory, "client"),
        key(keys, directory, "client"),
        certificate(keys, directory, "stranger"));
  }

  private static void generate(Path store, String alias, String name, String... more)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(
        List.of(
            "-genkeypair",
            "-keystore",
            store.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-validity",
            "30",
            "-alias",
            alias,
            "-dname",
            name));
    command.addAll(Arrays.asList(more));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(store.resolveSibling(alias + ".out").toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(
          "keytool failed: " + Files.readString(store.resolveSibling(alias + ".out")));
    }
  }

  private static Path certificate(KeyStore keys, Path directory, String alias)
      throws IOException, GeneralSecurityException {
    Certificate certificate = keys.getCertificate(alias);
    return write(directory.resolve(alias + ".crt"), "CERTIFICATE", certificate.getEncoded());
  }

  private static Path key(KeyStore keys, Path directory, String alias)
      throws IOException, GeneralSecurityException {
    Key key = keys.getKey(alias, PASSWORD.toCharArray());
    Path file = write(directory.resolve(alias + ".key"), "PRIVATE KEY", key.getEncoded());
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static Path write(Path file, String kind, byte[] content) throws IOException {
    String text =
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content)
            + "\n-----END "
            + kind
            + "-----\n";
    return Files.writeString(file, text);
  }
}

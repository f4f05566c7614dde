package org.enstore.accounting.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.config.Secret;

/** A certificate authority of the tests' own, run by the JDK's keytool. */
public final class TestAuthority {
  private static final String PASSWORD = "changeit";

  private final Path folder;
  private final String name;

  /** Makes the authority; its files stay in {@code folder}. */
  public TestAuthority(Path folder, String name) throws IOException, InterruptedException {
    this.folder = folder;
    this.name = name;
    keytool(
        name,
        "-genkeypair",
        "-alias",
        "ca",
        "-dname",
        "CN=" + name,
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-validity",
        "30",
        "-ext",
        "bc:critical=ca:true");
  }

  /** A certificate and its key, both in PEM. */
  public record Identity(Path certificateFile, Path keyFile, Secret certificate, Secret key) {}

  /** The authority's own certificate. */
  public Secret certificate() throws IOException, GeneralSecurityException {
    return new Secret(pem("CERTIFICATE", store(name).getCertificate("ca").getEncoded()));
  }

  /** The same as a file. */
  public Path certificateFile() throws IOException, GeneralSecurityException {
    return Files.writeString(folder.resolve("ca.pem"), certificate().reveal());
  }

  /** Issues a certificate for {@code host}; {@code validity} is keytool's options for it. */
  public Identity issue(String host, String keyAlgorithm, String... validity)
      throws IOException, InterruptedException, GeneralSecurityException {
    return issue(host, keyAlgorithm, List.of("dns:" + host), validity);
  }

  /** The same for {@code names}, each of its kind, such as {@code ip:127.0.0.1}. */
  public Identity issue(String host, String keyAlgorithm, List<String> names, String... validity)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path request = folder.resolve(host + ".csr");
    Path signed = folder.resolve(host + ".pem");
    keytool(host, "-genkeypair", "-alias", "own", "-dname", "CN=" + host, "-keyalg", keyAlgorithm);
    keytool(host, "-certreq", "-alias", "own", "-file", request.toString());
    List<String> sign =
        new ArrayList<>(
            List.of(
                "-gencert",
                "-alias",
                "ca",
                "-rfc",
                "-ext",
                "san=" + String.join(",", names),
                "-infile",
                request.toString(),
                "-outfile",
                signed.toString()));
    sign.addAll(validity.length == 0 ? List.of("-validity", "30") : List.of(validity));
    keytool(name, sign.toArray(String[]::new));
    Key key = store(host).getKey("own", PASSWORD.toCharArray());
    Path keyFile = folder.resolve(host + ".key");
    Files.writeString(keyFile, pem("PRIVATE KEY", key.getEncoded()));
    return new Identity(
        signed,
        keyFile,
        new Secret(Files.readString(signed)),
        new Secret(Files.readString(keyFile)));
  }

  /** {@code bytes} as PEM. */
  public static String pem(String kind, byte[] bytes) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(bytes)
        + "\n-----END "
        + kind
        + "-----\n";
  }

  private KeyStore store(String of) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(folder.resolve(of + ".p12"))) {
      store.load(file, PASSWORD.toCharArray());
    }
    return store;
  }

  private void keytool(String store, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keystore",
            folder.resolve(store + ".p12").toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD));
    Path output = folder.resolve("keytool.out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("keytool failed: " + Files.readString(output));
    }
  }
}

package org.enstore.accounting.series;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Tells by a short text whether something would be computed from the same numbers again. */
final class Digest {
  private Digest() {}

  /** The digest of {@code values} in their order and of the {@code parameters} of the method. */
  static String of(List<double[]> values, double... parameters) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
    add(digest, parameters);
    for (double[] series : values) {
      add(digest, series);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, double[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + values.length * Double.BYTES);
    bytes.putInt(values.length);
    bytes.asDoubleBuffer().put(values);
    digest.update(bytes.rewind());
  }
}

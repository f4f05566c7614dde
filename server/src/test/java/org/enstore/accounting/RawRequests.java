package org.enstore.accounting;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Calls whose requests are any bytes, be they a message or not. */
public final class RawRequests {
  private static final MethodDescriptor.Marshaller<byte[]> AS_THEY_ARE =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream bytes) {
          throw new UnsupportedOperationException("only requests are bytes");
        }
      };

  private RawRequests() {}

  /** {@code method}, taking bytes. */
  public static <A> MethodDescriptor<byte[], A> of(MethodDescriptor<?, A> method) {
    return method.toBuilder(AS_THEY_ARE, method.getResponseMarshaller()).build();
  }
}

package org.enstore.accounting.api;

import io.grpc.Context;
import java.util.Set;

/**
 * Who calls.
 *
 * @param name as the access list calls it; shown in the access log
 * @param everything whether every data source may be asked
 * @param sources otherwise the names of those that may
 */
record Caller(String name, boolean everything, Set<String> sources) {
  /** Anybody on this machine, where the service listens on loopback without an access list. */
  static final Caller LOCAL = new Caller("local", true, Set.of());

  /** The caller of the call that is being worked on. */
  static final Context.Key<Caller> KEY = Context.key("caller");

  Caller {
    sources = Set.copyOf(sources);
  }

  /** The caller of this call. */
  static Caller current() {
    Caller caller = KEY.get();
    if (caller == null) {
      throw new IllegalStateException("a call reached the service past its access check");
    }
    return caller;
  }

  /** Whether this caller may ask the data source called {@code source}. */
  boolean maySee(String source) {
    return everything || sources.contains(source);
  }
}

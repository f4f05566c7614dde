package org.enstore.accounting.demo;

/** Told, in one short sentence each, what is going on while something takes its time. */
@FunctionalInterface
public interface Progress {

  void report(String sentence);

  /** Tells nobody. */
  static Progress silent() {
    return sentence -> {};
  }
}

package org.enstore.accounting.demo;

import java.util.List;

/**
 * One experiment and its habits.
 *
 * @param name at most 16 characters, as the table allows
 * @param weight how often one of its files is transferred, compared with others
 * @param medianBytes the median of its files' sizes
 * @param sigma how much they vary: the deviation of the sizes' logarithm
 * @param readShare the share of transfers that are reads
 * @param fileFamilies the names its files are filed under
 */
record StorageGroup(
    String name,
    double weight,
    double medianBytes,
    double sigma,
    double readShare,
    String username,
    List<String> fileFamilies) {

  private static final double MEGA = 1e6;
  private static final double GIGA = 1e9;

  static final List<StorageGroup> EXPERIMENTS =
      List.of(
          of("cms", 9, 2.6 * GIGA, 0.7, 0.55, "cmsprod", "Run3_RAW", "MC_AODSIM", "express"),
          of("nova", 5, 0.35 * GIGA, 1.2, 0.45, "novapro", "nova_raw", "nova_mc"),
          of("dune", 4, 3.5 * GIGA, 0.9, 0.35, "dunepro", "dune_raw", "dune_mc"),
          of("protodune_single", 2, 7.5 * GIGA, 0.4, 0.2, "dunepro", "np04_raw"),
          of("icarus", 3, 1.1 * GIGA, 0.8, 0.5, "icaruspro", "icarus_raw", "icarus_reco"),
          of("uboone", 3, 0.9 * GIGA, 1.0, 0.6, "uboonepro", "uboone_raw", "swizzled"),
          of("mu2e", 2, 0.6 * GIGA, 1.1, 0.4, "mu2epro", "phy-sim", "tst-cosmic"),
          of("minos", 1, 0.15 * GIGA, 1.3, 0.85, "minospro", "minos_far"),
          of("lqcd", 1, 14 * GIGA, 1.0, 0.5, "lqcdpro", "gauge", "propagators"),
          of("sdss", 0.7, 45 * MEGA, 1.4, 0.7, "sdssdp", "imaging"),
          of("backups", 0.12, 420 * GIGA, 1.1, 0.02, "root", "db_dump"));

  static final StorageGroup TEST = of("test", 1, 1.0 * GIGA, 1.0, 0.5, "enstore", "ci_test");

  /** The experiment of that name. */
  static StorageGroup named(String name) {
    return EXPERIMENTS.stream()
        .filter(group -> group.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("There is no experiment " + name + "."));
  }

  /** The account that moves the files of a storage group. */
  static String userOf(String name) {
    return name.equals(TEST.name) ? TEST.username : named(name).username;
  }

  private static StorageGroup of(
      String name,
      double weight,
      double medianBytes,
      double sigma,
      double readShare,
      String username,
      String... fileFamilies) {
    return new StorageGroup(
        name, weight, medianBytes, sigma, readShare, username, List.of(fileFamilies));
  }
}

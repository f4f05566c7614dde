package org.enstore.accounting.series;

import java.time.LocalDate;
import java.util.List;

/**
 * What the transfers of a look-back tell of one mover.
 *
 * @param mover its name without the suffix
 * @param moverClass the word for what it writes to, as its newest transfers tell
 * @param driveType the product of its drive, as its newest transfers tell; empty when unknown
 * @param libraries the libraries it worked for, in natural order
 * @param firstSeen the site-local day of its first transfer within the look-back
 * @param lastSeen the day of its last one
 */
public record MoverDetail(
    String mover,
    String moverClass,
    String driveType,
    List<String> libraries,
    LocalDate firstSeen,
    LocalDate lastSeen) {
  public MoverDetail {
    libraries = List.copyOf(libraries);
  }
}

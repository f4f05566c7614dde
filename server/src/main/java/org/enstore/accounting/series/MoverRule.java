package org.enstore.accounting.series;

import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.MoverNames;

/** How a table's spelling of a mover becomes the name an answer shows, and what class it tells. */
enum MoverRule {
  /**
   * The summary's: names trimmed as its function trims them, the class by the name. Also for the
   * days that raw adds to a summary, so that the seam between the two does not step.
   */
  TRIMMED,
  /** The transfers' own: the key without its suffix, the class by the driver. */
  CANONICAL;

  /** The name shown for a mover spelled {@code spelling} in its table. */
  String shown(String spelling) {
    return switch (this) {
      case TRIMMED -> MoverNames.summaryName(spelling);
      case CANONICAL -> MoverNames.canonical(spelling);
    };
  }

  /** The class of a mover, whose driver's class is {@code byDriver} where the table knows it. */
  String shownClass(String spelling, String byDriver) {
    return this == CANONICAL ? byDriver : MoverClass.ofName(shown(spelling)).label();
  }
}

package org.enstore.accounting.outlook;

import java.util.List;

/**
 * What is known of one drive, tape or machine today.
 *
 * @param name of the unit
 * @param type whose units are its peers
 * @param errors by kind; all units of a type should have the same kinds
 * @param relativeSpeed its speed beside its peers', see {@link RelativeSpeed}; NaN if not known
 */
public record UnitFacts(String name, String type, List<ErrorCount> errors, double relativeSpeed) {
  public UnitFacts {
    errors = List.copyOf(errors);
  }
}

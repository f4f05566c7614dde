package org.enstore.accounting.outlook;

import java.util.List;

/**
 * Forecasts of groups and of their total. What the total expects is the sum of what the groups
 * expect; its bands come from the errors that such a sum made in the past, so they are narrower
 * than the sum of the groups' bands where errors cancel out.
 *
 * @param groups in the order given
 * @param total of all of them
 */
public record GroupForecasts(List<Forecast> groups, Forecast total) {
  public GroupForecasts {
    groups = List.copyOf(groups);
  }
}

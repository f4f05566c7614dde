package org.enstore.accounting.outlook;

/**
 * How often units of a type have failed so far.
 *
 * @param failures how many, at least 0
 * @param unitDays days in service of all units of the type, at least 0
 */
public record TypeHistory(double failures, double unitDays) {}

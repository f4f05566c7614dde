package org.enstore.accounting.outlook;

/**
 * One method of a mixture.
 *
 * @param words what it does
 * @param share its share of the forecast, above 0 and at most 1
 */
public record ModelShare(String words, double share) {}

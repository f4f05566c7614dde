package org.enstore.accounting.series;

import java.time.Instant;

/**
 * What a comparison of the summary with the transfers found in the look-back days.
 *
 * @param checkedAt when it was made
 * @param pairs days and movers that differ
 * @param readBytes the absolute differences of bytes read, added up
 * @param writtenBytes the same of bytes written
 */
public record ReconciliationFigures(
    Instant checkedAt, int pairs, double readBytes, double writtenBytes) {}

package org.enstore.accounting.series;

import java.time.Instant;

/**
 * What one read saw.
 *
 * @param knownThrough everything committed on the primary before this instant was visible; {@link
 *     Instant#EPOCH} when that cannot be told
 * @param lineage whose data it was: equal texts mean that the later of two snapshots has all the
 *     commits of the earlier one. It changes when another database cluster, or another branch of
 *     its history after a failover, is read.
 */
public record Snapshot(Instant knownThrough, String lineage) {}

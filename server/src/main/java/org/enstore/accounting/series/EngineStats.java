package org.enstore.accounting.series;

/**
 * The engine's figures since it started, and its cache at this moment.
 *
 * @param queries questions answered or failed
 * @param cachedAnswers questions answered from the cache alone
 * @param failures questions that failed, cancelled ones left out
 * @param reads statements sent to the database
 * @param readSeconds time those took, added up
 * @param blockHits blocks found in the cache
 * @param blockLoads blocks loaded or derived
 * @param blockEvictions blocks dropped for want of room
 * @param blocks blocks in the cache
 * @param blockBytes their estimated size in bytes
 * @param readsInFlight statements running now
 */
public record EngineStats(
    long queries,
    long cachedAnswers,
    long failures,
    long reads,
    double readSeconds,
    long blockHits,
    long blockLoads,
    long blockEvictions,
    long blocks,
    long blockBytes,
    int readsInFlight) {}

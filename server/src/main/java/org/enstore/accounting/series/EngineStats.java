package org.enstore.accounting.series;

/**
 * The engine's figures since it started, and its cache at this moment.
 *
 * @param queries questions answered or failed
 * @param cachedAnswers questions answered from the cache alone
 * @param partialAnswers questions answered in part, as the rest took too long
 * @param failures questions that failed, cancelled ones left out
 * @param reads statements sent to the database
 * @param tailReads those of them that read the end of a day alone
 * @param readSeconds time those took, added up
 * @param blockHits blocks found in the cache
 * @param blockLoads blocks loaded or derived
 * @param blockEvictions blocks and answers dropped for want of room
 * @param blocks blocks and answers in the cache
 * @param blockBytes their estimated size in bytes
 * @param cacheLimitBytes what they and the reads under way may take together
 * @param bufferBytes size of the buffers of reads in bytes
 * @param readsInFlight statements running now
 * @param readsWaiting statements that wait for their turn
 * @param diskHits blocks read back from disk
 * @param diskDiscarded blocks and files on disk that were damaged
 */
public record EngineStats(
    long queries,
    long cachedAnswers,
    long partialAnswers,
    long failures,
    long reads,
    long tailReads,
    double readSeconds,
    long blockHits,
    long blockLoads,
    long blockEvictions,
    long blocks,
    long blockBytes,
    long cacheLimitBytes,
    long bufferBytes,
    int readsInFlight,
    int readsWaiting,
    long diskHits,
    long diskDiscarded) {
  /** These figures and those of {@code other}, which has the same cache. */
  EngineStats plus(EngineStats other) {
    return new EngineStats(
        queries + other.queries,
        cachedAnswers + other.cachedAnswers,
        partialAnswers + other.partialAnswers,
        failures + other.failures,
        reads + other.reads,
        tailReads + other.tailReads,
        readSeconds + other.readSeconds,
        blockHits + other.blockHits,
        blockLoads + other.blockLoads,
        blockEvictions,
        blocks,
        blockBytes,
        cacheLimitBytes,
        bufferBytes,
        readsInFlight + other.readsInFlight,
        readsWaiting + other.readsWaiting,
        diskHits + other.diskHits,
        diskDiscarded + other.diskDiscarded);
  }
}

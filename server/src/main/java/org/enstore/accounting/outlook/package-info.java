/**
 * The mathematics of looking ahead: forecasts, anomalies, units at risk, when a stock runs out, and
 * what a change is made of. Values by bucket go in, values with their uncertainty and the reasons
 * in words come out; there is no clock, no randomness but by a given seed, and nothing is known of
 * where the values come from. It imports the JDK and Commons Statistics alone.
 *
 * <h2>Forecast</h2>
 *
 * <p>A handful of simple methods continue the series: the last week again, the mean of the last
 * four equal weekdays, smoothing with a trend that fades, smoothing with half the straight trend,
 * and last year's course at today's level. Each is replayed over the past as if the later values
 * were not known yet. Those that came nearest get the larger shares of the mixture; if the mixture
 * is no better over that past than the last week again, the last week again is the forecast. The
 * bands are the errors that the same mixture made in the past at the same distance, recent ones
 * counting more; so they are as wide as the forecast has been wrong. After a change of level only
 * what came after it chooses the methods. What was never negative is not forecast to be.
 *
 * <h2>Anomalies</h2>
 *
 * <p>Each value is compared with the middle of those before it, in units of their usual spread, and
 * the distance is ranked among the distances of the same series so far. A value is an alarm if one
 * as far away was due less often than the tolerated number of false alarms. What follows at once
 * belongs to the same episode. Nothing that comes later plays a part.
 *
 * <h2>Units at risk</h2>
 *
 * <p>The errors of a drive or tape are divided by its work and drawn towards those of its peers of
 * the same type, the more so the less work it has done; its speed is compared with theirs on the
 * same day; errors count half after a short while. The parts are added up, and each says in words
 * what it contributes. If a drive has errors with several tapes, the drive is suspected; if a tape
 * has them in several drives, the tape.
 *
 * <h2>Running out</h2>
 *
 * <p>What was used in stretches of the past is lined up again and again in random order, from
 * today's level of use and today's stock; the days at which the stock ends give the early, middle
 * and late date. Refills are not use.
 *
 * <h2>What changed</h2>
 *
 * <p>The difference between two periods is split exactly among groups, and within the largest among
 * their parts.
 */
@NullMarked
package org.enstore.accounting.outlook;

import org.jspecify.annotations.NullMarked;

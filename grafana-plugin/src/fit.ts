import { DataQuery } from '@grafana/data';

import { migrateQuery } from './migrate';
import { DEFAULTS, Dimension, EnstoreQuery, Measure, QueryType, SeriesQuery } from './types';

/** What the measures have in common that tells which controls mean something. */
export type MeasureKind = 'amount' | 'count' | 'size' | 'rate' | 'speed';

export const kindOf: Record<Measure, MeasureKind> = {
  bytes: 'amount',
  throughput: 'rate',
  transfers: 'count',
  meanFileSize: 'size',
  driveRate: 'speed',
  driveRateP50: 'speed',
  driveRateP95: 'speed',
  driveRateMax: 'speed',
  networkRate: 'speed',
  diskRate: 'speed',
  transferRate: 'speed',
  overallRate: 'speed',
};

/** Dimensions that Enstore's daily summary table has no column for. */
export const ONLY_IN_TRANSFERS: readonly Dimension[] = ['storageGroup', 'library', 'driveType', 'mediaChanger'];

/** The kind of question a query is. */
export function typeOf(query: EnstoreQuery): QueryType {
  const type = query.queryType as QueryType;
  return type in DEFAULTS ? type : 'series';
}

/** A series query with its defaults. */
export function asSeries(query: EnstoreQuery): EnstoreQuery & SeriesQuery {
  return { ...DEFAULTS.series, ...query } as EnstoreQuery & SeriesQuery;
}

/** Which controls mean something for a series query, as it stands. */
export function fits(query: EnstoreQuery) {
  const { measure, groupBy, filters } = asSeries(query);
  const kind = kindOf[measure];
  const moving = kind === 'amount' || kind === 'rate';
  return {
    unit: kind !== 'count',
    runningTotal: kind === 'amount' || kind === 'count',
    top: groupBy.length > 0,
    /** A mean of nothing is nothing, whatever gaps say. */
    gaps: moving || kind === 'count',
    source: moving && !ONLY_IN_TRANSFERS.some((dimension) => groupBy.includes(dimension) || filters[dimension]),
  };
}

/** Drops from a query what would be refused after a change of measure, groups or filters. */
export function fitted(query: EnstoreQuery): EnstoreQuery {
  const { runningTotal, top, source } = fits(query);
  const dropped = [
    ...(runningTotal ? [] : ['runningTotal']),
    ...(top ? [] : ['top']),
    ...(source || query.source !== 'summary' ? [] : ['source']),
  ];
  return without(query, dropped);
}

/** Drops the keys that belong to other kinds of queries only: they would be refused by name. */
export function pruned(query: EnstoreQuery): EnstoreQuery {
  const own: object = DEFAULTS[typeOf(query)];
  const foreign = Object.values(DEFAULTS).flatMap((keys) => Object.keys(keys)).filter((key) => !(key in own));
  return without(query, foreign);
}

/** The same query as another kind of question. */
export function ofType(query: EnstoreQuery, queryType: QueryType): EnstoreQuery {
  const { includeNullMovers, filters = {}, ...rest } = query;
  // The only filter of a reconciliation is the mover; null movers have another default there.
  const kept = queryType === 'reconciliation' ? (filters.mover ? { mover: filters.mover } : {}) : filters;
  return pruned({ ...rest, ...(Object.keys(kept).length > 0 && { filters: kept }), queryType });
}

/** A query as one for events, whatever Grafana started it as. */
export function asEvents(saved: EnstoreQuery | undefined): EnstoreQuery {
  return pruned({ ...migrateQuery({ refId: 'Anno', ...saved }), queryType: 'annotations' });
}

/** Whether a query is to be answered by a channel: live is for a time range that moves. */
export function isLive(query: EnstoreQuery, rangeEnd: unknown): boolean {
  return query.live === true && typeOf(query) === 'series' && endsNow(rangeEnd) && !beginsWithRange(query);
}

/** Whether the numbers of a query depend on where the time range begins: all would change as the range moves. */
export function beginsWithRange(query: EnstoreQuery): boolean {
  const { runningTotal, compare } = asSeries(query);
  return runningTotal || compare !== 'none';
}

/** Whether a time range that ends so, as it was written, ends now and goes on doing so. */
export function endsNow(rangeEnd: unknown): boolean {
  return rangeEnd === 'now';
}

function without<T extends DataQuery>(query: T, keys: string[]): T {
  return Object.fromEntries(Object.entries(query).filter(([key]) => !keys.includes(key))) as T;
}

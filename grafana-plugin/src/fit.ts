import { DataQuery } from '@grafana/data';

import { Catalog, Dataset, firstDataset, measureOf, Rollup } from './catalog';
import { migrateQuery } from './migrate';
import { ANOMALY_EVENTS, DEFAULTS, EnstoreQuery, QueryType } from './types';

/** The kind of question a query is. */
export function typeOf(query: EnstoreQuery): QueryType {
  const type = query.queryType as QueryType;
  return type in DEFAULTS ? type : 'series';
}

/** The keys that a query has, with the backend's defaults. */
function defaultsOf(query: EnstoreQuery): Partial<EnstoreQuery> {
  const type = typeOf(query);
  return type === 'annotations' && query.event === 'anomaly' ? ANOMALY_EVENTS : DEFAULTS[type];
}

/** Whether a query has that key; any other would be refused by name. */
export function has(query: EnstoreQuery, key: keyof EnstoreQuery): boolean {
  return key in defaultsOf(query);
}

/** A query for a measure with every default: what the keys of no use mean is said as well. */
export type MeasureQuery = EnstoreQuery & Required<Omit<EnstoreQuery, keyof DataQuery | 'measure'>>;

/** A query for a measure with its defaults; where groups depend on a measure that is not known, with none. */
export function asMeasured(query: EnstoreQuery, catalog: Catalog): MeasureQuery {
  const found = measureOf(catalog, query.measure);
  return {
    ...Object.assign({}, ...Object.values(DEFAULTS)),
    ...defaultsOf(query),
    ...query,
    measure: query.measure ?? found?.measure.id,
    groupBy: query.groupBy ?? (found ? groupsOf(query, found.dataset) : []),
  };
}

/** The groups of a query that names none. Those of changes are the backend's alone. */
function groupsOf(query: EnstoreQuery, dataset: Dataset): string[] {
  return typeOf(query) === 'series' ? dataset.defaultGroupBy : [];
}

/** Which controls of its own keys mean something for a query, as it stands: all as long as its measure is not known. */
export function fits(query: EnstoreQuery, catalog: Catalog) {
  const found = measureOf(catalog, query.measure);
  if (found === undefined) {
    const top = query.groupBy === undefined || query.groupBy.length > 0;
    return { direction: true, nullMovers: true, unit: true, runningTotal: true, total: true, top, gaps: true, source: true };
  }
  const { dataset, measure } = found;
  const { groupBy, filters } = asMeasured(query, catalog);
  const told = [...groupBy, ...Object.keys(filters)];
  return {
    direction: dataset.hasDirection,
    nullMovers: dataset.hasExcluded,
    unit: isOfBytes(measure.unit),
    runningTotal: measure.additive,
    total: measure.additive && groupBy.length > 0,
    top: groupBy.length > 0,
    /** A mean of nothing is nothing, whatever gaps say. */
    gaps: measure.zeroWhenEmpty,
    source: dataset.rollups.some(
      ({ measures, dimensions }) => measures.includes(measure.id) && told.every((dimension) => dimensions.includes(dimension))
    ),
  };
}

/** Whether a measure's values are shown in the unit that the query chooses. */
export function isOfBytes(unit: string): boolean {
  return unit === 'bytes' || unit === 'bytesPerSecond';
}

/** What the source that a query names can answer, if it holds only a part of the facts. */
export function rollupOf({ rollups }: Dataset, source: string | undefined): Rollup | undefined {
  return rollups.find((rollup) => rollup.source === source);
}

/** Drops from a query what would be refused after a change of measure, groups or filters. */
export function fitted(query: EnstoreQuery, catalog: Catalog): EnstoreQuery {
  const { direction, nullMovers, unit, runningTotal, total, top, source } = fits(query, catalog);
  const dataset = measureOf(catalog, query.measure)?.dataset;
  const sourceStays =
    source || query.source === undefined || (dataset?.sources.includes(query.source) && !rollupOf(dataset, query.source));
  const dropped = [
    ...(direction ? [] : ['direction']),
    ...(nullMovers ? [] : ['includeNullMovers']),
    ...(unit ? [] : ['unit']),
    ...(runningTotal ? [] : ['runningTotal']),
    ...(total ? [] : ['total']),
    ...(top ? [] : ['top']),
    ...(sourceStays ? [] : ['source']),
  ];
  return without(query, dropped);
}

/**
 * The same query for another measure. One of another dataset has other dimensions: choices that it does not have are
 * dropped, and a query that was grouped as its dataset is by default is so again.
 */
export function withMeasure(query: EnstoreQuery, measure: string, catalog: Catalog): EnstoreQuery {
  const before = measureOf(catalog, query.measure)?.dataset;
  const after = measureOf(catalog, measure)?.dataset;
  const next = { ...query, measure };
  if (before === undefined || after === undefined || before === after) {
    return fitted(next, catalog);
  }
  const { groupBy = groupsOf(query, before), filters = {} } = query;
  const usual = groupBy.join() === groupsOf(query, before).join() ? groupsOf(query, after) : undefined;
  const left = groupBy.filter((dimension) => after.dimensions.includes(dimension));
  // A change is told by groups, a total is not.
  const groups = usual ?? (left.length === 0 && has(query, 'against') ? after.defaultGroupBy : left);
  const kept = Object.entries(filters).filter(([dimension]) => after.dimensions.includes(dimension));
  return fitted(
    {
      ...next,
      ...((query.groupBy || groups.length > 0) && { groupBy: groups }),
      ...(query.filters && { filters: Object.fromEntries(kept) }),
    },
    catalog
  );
}

/** Drops the keys that belong to other kinds of queries only: they would be refused by name. */
export function pruned(query: EnstoreQuery): EnstoreQuery {
  const foreign = [...Object.values(DEFAULTS), ANOMALY_EVENTS]
    .flatMap((keys) => Object.keys(keys) as Array<keyof EnstoreQuery>)
    .filter((key) => !has(query, key));
  return without(query, foreign);
}

/** The same query as another kind of question. What is one word with different values there is left to its default. */
export function ofType(query: EnstoreQuery, queryType: QueryType, catalog: Catalog): EnstoreQuery {
  const { includeNullMovers, filters = {}, groupBy = [], top, step, history, view, ...rest } = query;
  const dataset = firstDataset(catalog);
  // A reconciliation is filtered by its subject alone; null movers have another default there.
  const kept = Object.fromEntries(
    Object.entries(filters).filter(([dimension]) => queryType !== 'reconciliation' || dataset === undefined || dimension === dataset.subject)
  );
  // A band for each of many groups cannot be read; a change is told by one or two.
  const groups = queryType === 'changes' ? (groupBy.length > 0 ? groupBy.slice(0, 2) : measureOf(catalog, query.measure)?.dataset.defaultGroupBy) : undefined;
  return pruned({
    ...rest,
    ...(groups && { groupBy: groups }),
    ...(Object.keys(kept).length > 0 && { filters: kept }),
    queryType,
  });
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
  const { runningTotal, compare } = { ...DEFAULTS.series, ...query };
  return runningTotal || compare !== 'none';
}

/** Whether a time range that ends so, as it was written, ends now and goes on doing so. */
export function endsNow(rangeEnd: unknown): boolean {
  return rangeEnd === 'now';
}

function without<T extends DataQuery>(query: T, keys: string[]): T {
  return Object.fromEntries(Object.entries(query).filter(([key]) => !keys.includes(key))) as T;
}

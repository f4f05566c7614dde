import { Catalog, dimensionOf, listed, measureOf } from './catalog';
import { asSeries, fits, typeOf } from './fit';
import { capital, directionWords, eventChoices, stepAdverb, unitName } from './labels';
import { migrateVariableQuery } from './migrate';
import { DEFAULTS, EnstoreQuery, EnstoreVariableQuery, Filter, Filters, MOVERS } from './types';

/** Names listed before the rest is only counted. */
const NAMES_SHOWN = 3;

/** Says in one sentence what a query asks: "Bytes per mover, read, daily, MiB". */
export function describe(query: EnstoreQuery, catalog: Catalog): string {
  return parts(query, catalog).filter((part) => part).join(', ');
}

/** The same for the query of a variable: "Movers, tape and disk, seen within 90d". */
export function describeVariable(saved: EnstoreVariableQuery, catalog: Catalog): string {
  const { kind, match, classes, lookBack, filters } = migrateVariableQuery(saved);
  return [
    capital(listed(catalog, kind)?.plural ?? kind),
    ...(kind === MOVERS ? [enumerate(classes)] : []),
    ...(match ? [`matching “${match}”`] : []),
    ...restrictions(filters, catalog),
    ...(lookBack ? [`seen within ${lookBack}`] : []),
  ].join(', ');
}

function parts(query: EnstoreQuery, catalog: Catalog): Array<string | undefined> {
  switch (typeOf(query)) {
    case 'series':
      return series(query, catalog);
    case 'reconciliation': {
      const { filters, onlyDifferences, includeNullMovers } = { ...DEFAULTS.reconciliation, ...query };
      return [
        onlyDifferences
          ? 'Days on which the daily summary and the individual transfers of a mover differ'
          : 'Daily summary and individual transfers per mover and day',
        ...restrictions(filters, catalog),
        includeNullMovers ? undefined : 'null movers left out',
      ];
    }
    case 'replication': {
      const { view } = { ...DEFAULTS.replication, ...query };
      return [
        view === 'status' ? 'State of replication on each host' : 'Replication lag of each host over time',
        view === 'lagSeconds' ? 'in seconds' : undefined,
        view === 'lagBytes' ? 'in bytes' : undefined,
      ];
    }
    case 'annotations': {
      const { event, filters, silence, lag } = { ...DEFAULTS.annotations, ...query };
      return [
        eventChoices.find(({ value }) => value === event)?.subject,
        event === 'moverSilent' ? `for ${silence}` : undefined,
        event === 'replicationLag' ? (lag ? `above ${lag}` : 'above the warning threshold') : undefined,
        ...restrictions(filters, catalog),
      ];
    }
  }
}

function series(query: EnstoreQuery, catalog: Catalog): Array<string | undefined> {
  const { direction, groupBy, filters, includeNullMovers, step, unit, source, top, compare, runningTotal, live } = asSeries(
    query,
    catalog
  );
  const found = measureOf(catalog, query.measure);
  const fit = fits(query, catalog);
  const grouping = query.groupBy === undefined && !found ? [] : [groupingOf(groupBy, catalog)];
  return [
    [found?.measure.name ?? query.measure ?? 'What a query without a measure means', ...grouping].join(' '),
    fit.direction && (found || query.direction) ? directionWords[direction] : undefined,
    top > 0 && fit.top ? (top === 1 ? 'the largest and the others together' : `the ${top} largest and the others together`) : undefined,
    ...restrictions(filters, catalog),
    includeNullMovers ? 'null movers counted' : undefined,
    stepAdverb(step),
    runningTotal ? 'as a running total' : undefined,
    compare === 'previousPeriod' ? 'beside the period before' : undefined,
    source === 'summary' ? 'from the daily summary' : source === 'raw' ? `from individual ${found?.dataset.name.toLowerCase() ?? 'rows'}` : undefined,
    found ? unitName(unit, found.measure.unit) : undefined,
    live ? 'live' : undefined,
  ];
}

function groupingOf(groupBy: string[], catalog: Catalog): string {
  return groupBy.length === 0 ? 'in total' : `per ${groupBy.map((each) => dimensionOf(catalog, each).name).join(' and ')}`;
}

function restrictions(filters: Filters, catalog: Catalog): string[] {
  return Object.entries(filters).flatMap(([dimension, filter]) => restriction(dimension, filter ?? {}, catalog));
}

function restriction(dimension: string, { include = [], exclude = [], match, noMatch }: Filter, catalog: Catalog): string[] {
  const { name: one, plural: many } = dimensionOf(catalog, dimension);
  const list = (names: string[]) => `${names.length === 1 ? one : many} ${enumerate(names)}`;
  return [
    ...(include.length > 0 ? [`only ${list(include)}`] : []),
    ...(match ? [`${many} matching “${match}”`] : []),
    ...(exclude.length > 0 ? [`without ${list(exclude)}`] : []),
    ...(noMatch ? [`without ${many} matching “${noMatch}”`] : []),
  ];
}

function enumerate(names: readonly string[]): string {
  const hidden = names.length - NAMES_SHOWN;
  const items = hidden > 1 ? [...names.slice(0, NAMES_SHOWN), `${hidden} more`] : names;
  return items.length === 1 ? items[0] : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

import { asSeries, fits, typeOf } from './fit';
import { dimensionNames, directionWords, eventChoices, kindChoices, measureWords, stepAdverb, unitName } from './labels';
import { migrateVariableQuery } from './migrate';
import { DEFAULTS, Dimension, EnstoreQuery, EnstoreVariableQuery, Filter, Filters } from './types';

/** Names listed before the rest is only counted. */
const NAMES_SHOWN = 3;

/** Says in one sentence what a query asks: "Bytes read per mover, daily, MiB". */
export function describe(query: EnstoreQuery): string {
  return parts(query).filter((part) => part).join(', ');
}

/** The same for the query of a variable: "Movers, tape and disk, seen within 90d". */
export function describeVariable(saved: EnstoreVariableQuery): string {
  const { kind, match, classes, lookBack, filters } = migrateVariableQuery(saved);
  return [
    kindChoices.find(({ value }) => value === kind)?.label ?? kind,
    ...(kind === 'movers' ? [enumerate(classes)] : []),
    ...(match ? [`matching “${match}”`] : []),
    ...restrictions(filters),
    ...(lookBack ? [`seen within ${lookBack}`] : []),
  ].join(', ');
}

function parts(query: EnstoreQuery): Array<string | undefined> {
  switch (typeOf(query)) {
    case 'series':
      return series(query);
    case 'reconciliation': {
      const { filters, onlyDifferences, includeNullMovers } = { ...DEFAULTS.reconciliation, ...query };
      return [
        onlyDifferences
          ? 'Days on which the daily summary and the single transfers of a mover differ'
          : 'Daily summary and single transfers per mover and day',
        ...restrictions(filters),
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
        ...restrictions(filters),
      ];
    }
  }
}

function series(query: EnstoreQuery): Array<string | undefined> {
  const { measure, direction, groupBy, filters, includeNullMovers, step, unit, source, top, compare, runningTotal, live } =
    asSeries(query);
  const grouping = groupBy.length === 0 ? 'in total' : `per ${groupBy.map((each) => namesOf(each)[0]).join(' and ')}`;
  return [
    `${(measureWords[measure]?.subject ?? measure).replace('%s', directionWords[direction])} ${grouping}`,
    top > 0 && fits(query).top ? (top === 1 ? 'the largest and the others together' : `the ${top} largest and the others together`) : undefined,
    ...restrictions(filters),
    includeNullMovers ? 'null movers counted' : undefined,
    stepAdverb(step),
    runningTotal ? 'as a running total' : undefined,
    compare === 'previousPeriod' ? 'beside the period before' : undefined,
    source === 'summary' ? 'from the daily summary' : source === 'raw' ? 'from single transfers' : undefined,
    unitName(unit, measure),
    live ? 'live' : undefined,
  ];
}

function restrictions(filters: Filters): string[] {
  return Object.entries(filters).flatMap(([dimension, filter]) => restriction(dimension as Dimension, filter));
}

function restriction(dimension: Dimension, { include = [], exclude = [], match, noMatch }: Filter): string[] {
  const [one, many] = namesOf(dimension);
  const list = (names: string[]) => `${names.length === 1 ? one : many} ${enumerate(names)}`;
  return [
    ...(include.length > 0 ? [`only ${list(include)}`] : []),
    ...(match ? [`${many} matching “${match}”`] : []),
    ...(exclude.length > 0 ? [`without ${list(exclude)}`] : []),
    ...(noMatch ? [`without ${many} matching “${noMatch}”`] : []),
  ];
}

/** A name this version does not know stands for itself: the sentence is shown even of queries that will be refused. */
function namesOf(dimension: Dimension): [one: string, many: string] {
  return dimensionNames[dimension] ?? [dimension, dimension];
}

function enumerate(names: readonly string[]): string {
  const hidden = names.length - NAMES_SHOWN;
  const items = hidden > 1 ? [...names.slice(0, NAMES_SHOWN), `${hidden} more`] : names;
  return items.length === 1 ? items[0] : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

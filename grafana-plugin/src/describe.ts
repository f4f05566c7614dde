import { Catalog, dimensionOf, listed, measureOf } from './catalog';
import { asMeasured, fits, has, typeOf } from './fit';
import { againstChoices, capital, directionWords, eventChoices, riskViewChoices, stepAdverb, stockChoices, tableChoices, unitName } from './labels';
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
  const { kind, dataset, match, classes, lookBack, filters } = migrateVariableQuery(saved);
  return [
    capital(listed(catalog, kind)?.plural ?? kind),
    ...(dataset ? [`of ${catalog.datasets.find(({ id }) => id === dataset)?.name.toLowerCase() ?? dataset}`] : []),
    ...(kind === MOVERS ? [enumerate(classes)] : []),
    ...(match ? [`matching “${match}”`] : []),
    ...restrictions(filters, catalog),
    ...(lookBack ? [`seen within ${lookBack}`] : []),
  ].join(', ');
}

function parts(query: EnstoreQuery, catalog: Catalog): Array<string | undefined> {
  switch (typeOf(query)) {
    case 'series':
    case 'forecast':
    case 'anomalies':
    case 'changes':
      return measured(query, catalog);
    case 'risk': {
      const { view, filters, halfLife } = { ...DEFAULTS.risk, ...query };
      return [
        riskViewChoices.find(({ value }) => value === view)?.subject ?? view,
        ...restrictions(filters, catalog),
        `errors count half after ${halfLife}`,
      ];
    }
    case 'capacity': {
      const { stock, view, filters, reserve, leadTime, history } = { ...DEFAULTS.capacity, ...query };
      return [
        stockChoices.find(({ value }) => value === stock)?.subject ?? stock,
        ...restrictions(filters, catalog),
        reserve > 0 ? `${reserve} to be left` : undefined,
        `learnt from ${history}`,
        `delivered in ${leadTime}`,
        view === 'days' ? 'as days' : undefined,
      ];
    }
    case 'table': {
      const { table, filters, sort, descending, rows } = { ...DEFAULTS.table, ...query };
      return [
        tableChoices.find(({ value }) => value === table)?.label ?? table,
        ...restrictions(filters, catalog),
        sort ? `sorted by ${sort}` : undefined,
        descending ? 'descending' : undefined,
        `at most ${rows}`,
      ];
    }
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
      if (query.event === 'anomaly') {
        return measured(query, catalog);
      }
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

/** How the sentence begins, before what is measured. */
const BEGINNINGS: Record<string, string> = {
  forecast: 'Forecast of ',
  anomalies: 'What is unusual in ',
  annotations: 'Times of unusual ',
  changes: 'What changed in ',
};

function measured(query: EnstoreQuery, catalog: Catalog): Array<string | undefined> {
  const { direction, groupBy, filters, includeNullMovers, step, unit, source, top, compare, runningTotal, live, ...own } = asMeasured(
    query,
    catalog
  );
  const type = typeOf(query);
  const found = measureOf(catalog, query.measure);
  const fit = fits(query, catalog);
  const grouping = query.groupBy === undefined && (!found || type === 'changes') ? [] : [groupingOf(groupBy, catalog)];
  const name = found?.measure.name ?? query.measure ?? 'what a query without a measure means';
  const beginning = BEGINNINGS[type];
  return [
    [beginning ? `${beginning}${small(name)}` : capital(name), ...grouping].join(' '),
    fit.direction && (found || query.direction) ? directionWords[direction] : undefined,
    top > 0 && fit.top ? (top === 1 ? 'the largest and the others together' : `the ${top} largest and the others together`) : undefined,
    own.total === 'also' ? 'with their sum' : own.total === 'only' ? 'their sum alone' : undefined,
    ...restrictions(filters, catalog),
    includeNullMovers ? 'null movers counted' : undefined,
    has(query, 'step') ? stepAdverb(step) : undefined,
    has(query, 'history') && own.history ? `learnt from ${own.history}` : undefined,
    has(query, 'falseAlarms') ? `${own.falseAlarms} false ${own.falseAlarms === 1 ? 'alarm' : 'alarms'} a month tolerated` : undefined,
    own.view === 'flags' ? 'as flags' : undefined,
    has(query, 'against') ? `compared with ${againstChoices.find(({ value }) => value === own.against)?.words ?? own.against}` : undefined,
    runningTotal ? 'as a running total' : undefined,
    compare === 'previousPeriod' ? 'beside the period before' : undefined,
    source === 'summary' ? 'from the daily summary' : source === 'raw' ? `from individual ${found?.dataset.name.toLowerCase() ?? 'rows'}` : undefined,
    found && has(query, 'unit') ? unitName(unit, found.measure.unit) : undefined,
    live ? 'live' : undefined,
  ];
}

/** A name within a sentence; one that begins with capitals stays. */
function small(name: string): string {
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
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

import { Catalog, dimensionOf, firstDataset, measureOf } from './catalog';
import { asMeasured, beginsWithRange, endsNow, fits, has, rollupOf, typeOf } from './fit';
import { DEFAULTS, EnstoreQuery, Filters, QueryType } from './types';

const LEGEND_WORDS = ['measure', 'unit'];
/** Labels that the answers to some kinds of queries have besides. */
const LABELS: Partial<Record<QueryType, string[]>> = { forecast: ['forecast'], anomalies: ['anomaly'] };
const MOST_APART = 500;
/** Days that forecasts and anomalies can learn from. */
const MOST_HISTORY = 7300;

const HOURS: Record<string, number> = { ms: 1 / 3600000, s: 1 / 3600, m: 1 / 60, h: 1, d: 24 };

/** Sentences on what the backend will refuse in a query, each with the way out; none when it will answer. */
export function objections(query: EnstoreQuery, catalog: Catalog): string[] {
  return [...refusals(query, catalog), ...expressionFaults(query.filters ?? {}, catalog)];
}

/** Sentences on what will be answered otherwise than it was asked, in a time range that ends so, as it is written. */
export function remarks(query: EnstoreQuery, catalog: Catalog, rangeEnd: unknown = 'now'): string[] {
  if (!has(query, 'measure')) {
    return [];
  }
  const { source, step, groupBy, legend, compare, live } = asMeasured(query, catalog);
  const found = measureOf(catalog, query.measure);
  const known = [
    ...groupBy,
    ...(fits(query, catalog).direction ? ['direction'] : []),
    ...LEGEND_WORDS,
    ...(compare === 'none' ? [] : ['period']),
    ...(LABELS[typeOf(query)] ?? []),
  ];
  const stranger = Array.from(legend.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g), ([, word]) => word).find(
    (word) => !known.includes(word)
  );
  return [
    ...(found?.measure.available && found.dataset.problem ? [found.dataset.problem] : []),
    ...(source === 'summary' && has(query, 'step') && isUnderADay(step) ? ['The daily summary holds whole days: the step will be one day.'] : []),
    ...(live && !endsNow(rangeEnd) ? ['Live needs a time range that ends now: this one is asked once for each refresh.'] : []),
    ...(live && endsNow(rangeEnd) && beginsWithRange(query)
      ? ['A running total or a comparison is never live: it is asked once for each refresh.']
      : []),
    ...(stranger === undefined || (found === undefined && query.groupBy === undefined)
      ? []
      : [`The legend’s {{${stranger}}} will stay empty: this query has only ${known.map((word) => `{{${word}}}`).join(' ')}.`]),
  ];
}

function refusals(query: EnstoreQuery, catalog: Catalog): string[] {
  switch (typeOf(query)) {
    case 'series':
    case 'forecast':
    case 'anomalies':
    case 'changes':
      return ofMeasure(query, catalog);
    case 'risk':
      return isDuration({ ...DEFAULTS.risk, ...query }.halfLife, 24, 60 * 24) ? [] : ['“Half-life” must be a time from 1d to 60d, such as 7d.'];
    case 'capacity': {
      const { stock, filters, reserve, leadTime, history } = { ...DEFAULTS.capacity, ...query };
      const dimensions = catalog.datasets.find(({ id }) => id === stock)?.dimensions;
      const foreign = Object.keys(filters).filter((dimension) => dimensions && !dimensions.includes(dimension));
      return [
        ...foreign.map((each) => `These stocks are not told apart by ${dimensionOf(catalog, each).plural}: remove that choice.`),
        ...(Number.isInteger(reserve) && reserve >= 0 && reserve <= 1_000_000 ? [] : ['“Reserve” must be a whole number up to 1000000.']),
        ...(isDuration(leadTime, 0, 730 * 24) ? [] : ['“Delivery” must be a time up to 730d, such as 60d.']),
        ...(isDuration(history, 28 * 24, MOST_HISTORY * 24)
          ? []
          : [`“Learn from” must be a time from 28d to ${MOST_HISTORY}d, such as 365d.`]),
      ];
    }
    case 'table': {
      const { rows } = { ...DEFAULTS.table, ...query };
      return Number.isInteger(rows) && rows >= 1 && rows <= 1000 ? [] : ['“Rows” must be a whole number from 1 to 1000.'];
    }
    case 'reconciliation':
      return otherThanSubject(query, catalog);
    case 'replication':
      return [];
    case 'annotations': {
      if (query.event === 'anomaly') {
        return ofMeasure(query, catalog);
      }
      const { event, silence, lag } = { ...DEFAULTS.annotations, ...query };
      return [
        ...(event === 'moverSilent' && !isDuration(silence, 1, 90 * 24)
          ? ['“Silent for” must be a time from 1h to 90d, such as 12h.']
          : []),
        ...(event === 'replicationLag' && lag !== '' && !isDuration(lag, 1 / 3600, 7 * 24)
          ? ['“Lag above” must be a time from 1s to 7d, such as 10m.']
          : []),
      ];
    }
  }
}

function ofMeasure(query: EnstoreQuery, catalog: Catalog): string[] {
  const { source, filters, groupBy, top, runningTotal, total, history, falseAlarms } = asMeasured(query, catalog);
  const found = measureOf(catalog, query.measure);
  if (found === undefined) {
    return catalog.datasets.length === 0 ? [] : [`The measure “${query.measure}” is not known: choose one of the list.`];
  }
  const { dataset, measure } = found;
  const objected: string[] = measure.available ? [] : [dataset.problem];
  const told = [...new Set([...Object.keys(filters), ...groupBy])];
  const rollup = rollupOf(dataset, source);
  const listed = (dimensions: string[], word: string) =>
    dimensions.map((dimension) => dimensionOf(catalog, dimension).plural).join(` ${word} `);
  const foreign = told.filter((dimension) => !dataset.dimensions.includes(dimension));
  if (foreign.length > 0) {
    objected.push(`${dataset.name} are not told apart by ${listed(foreign, 'or')}: remove that choice.`);
  }
  if (rollup) {
    if (!rollup.measures.includes(measure.id)) {
      objected.push(`The daily summary does not hold “${measure.name}”: take another source.`);
    }
    const unknown = told.filter((dimension) => !rollup.dimensions.includes(dimension) && !foreign.includes(dimension));
    if (unknown.length > 0) {
      objected.push(`The daily summary does not know ${listed(unknown, 'or')}: remove that choice, or take another source.`);
    }
  }
  if (runningTotal && !measure.additive) {
    objected.push(`“${measure.name}” cannot be added up: switch the running total off, or choose another measure.`);
  }
  if (typeOf(query) === 'changes') {
    if (!measure.additive) {
      objected.push(`“${measure.name}” cannot be added up, so that a change of it has no parts: choose another measure.`);
    }
    if (query.groupBy && (groupBy.length === 0 || groupBy.length > 2)) {
      objected.push('A change is told by one group, or by two of which the second divides the first.');
    }
  }
  if (total !== 'none' && !fits(query, catalog).total) {
    objected.push('“Sum of groups” needs groups, and a measure that can be added up: set it to No.');
  }
  if (has(query, 'history') && !(typeOf(query) !== 'forecast' && history === '')) {
    const least = typeOf(query) === 'forecast' ? 28 : 14;
    if (!isDuration(history, 24 * least, 24 * MOST_HISTORY)) {
      objected.push(`“Learn from” must be a time from ${least}d to ${MOST_HISTORY}d, such as 365d.`);
    }
  }
  if (!(falseAlarms >= 0.01 && falseAlarms <= 100)) {
    objected.push('“False alarms” must be a number from 0.01 to 100.');
  }
  if (!Number.isInteger(top) || top < 0 || top > MOST_APART) {
    objected.push(`“Largest” must be a whole number up to ${MOST_APART}, or empty.`);
  } else if (top > 0 && groupBy.length === 0) {
    objected.push('A total has no largest series: choose a group, or empty “Largest”.');
  }
  return objected;
}

function otherThanSubject({ filters = {} }: EnstoreQuery, catalog: Catalog): string[] {
  const dataset = firstDataset(catalog);
  const others = Object.keys(filters).filter((dimension) => dataset && dimension !== dataset.subject);
  const names = (dimensions: string[]) => dimensions.map((each) => dimensionOf(catalog, each).plural).join(' and ');
  return dataset === undefined || others.length === 0
    ? []
    : [`A reconciliation can be filtered by ${names([dataset.subject])} only: remove ${names(others)}.`];
}

function expressionFaults(filters: Filters, catalog: Catalog): string[] {
  return Object.entries(filters).flatMap(([dimension, { match, noMatch } = {}]) =>
    [match, noMatch].flatMap((expression) => {
      const fault = expression && faultOf(expression);
      return fault ? [`The expression “${expression}” for ${dimensionOf(catalog, dimension).plural} ${fault}.`] : [];
    })
  );
}

/** False also for "auto" and for variables, whose value is not known here. */
export function isUnderADay(step: string): boolean {
  const hours = hoursOf(step);
  return hours !== undefined && hours < 24;
}

function isDuration(text: string, leastHours: number, mostHours: number): boolean {
  const hours = hoursOf(text);
  return text.includes('$') || (hours !== undefined && hours >= leastHours && hours <= mostHours);
}

function hoursOf(text: string): number | undefined {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * HOURS[unit];
}

/** What RE2, the backend's engine, would reject; expressions that hold a variable are left to it. */
function faultOf(expression: string): string | undefined {
  if (/\$\{|\$\w|\[\[/.test(expression)) {
    return undefined;
  }
  if (/\(\?<?[=!]|\\[1-9]/.test(expression)) {
    return 'looks ahead or back, which is not supported';
  }
  try {
    new RegExp(expression.replace(/^\(\?[a-zA-Z]+\)/, '').replace(/\(\?P</g, '(?<'));
    return undefined;
  } catch {
    return 'is not a valid regular expression';
  }
}

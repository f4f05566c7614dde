import { asSeries, beginsWithRange, endsNow, fits, kindOf, ONLY_IN_TRANSFERS, typeOf } from './fit';
import { dimensionNames, measureWords } from './labels';
import { DEFAULTS, Dimension, EnstoreQuery, Filters } from './types';

const LEGEND_WORDS = ['direction', 'measure', 'unit'];
const MOST_APART = 500;

const HOURS: Record<string, number> = { ms: 1 / 3600000, s: 1 / 3600, m: 1 / 60, h: 1, d: 24 };

/** Sentences on what the backend will refuse in a query, each with the way out; none when it will answer. */
export function objections(query: EnstoreQuery): string[] {
  return [...refusals(query), ...expressionFaults(query.filters ?? {})];
}

/** Sentences on what will be answered otherwise than it was asked, in a time range that ends so, as it is written. */
export function remarks(query: EnstoreQuery, rangeEnd: unknown = 'now'): string[] {
  if (typeOf(query) !== 'series') {
    return [];
  }
  const { source, step, groupBy, legend, compare, live } = asSeries(query);
  const known = [...groupBy, ...LEGEND_WORDS, ...(compare === 'none' ? [] : ['period'])];
  const stranger = Array.from(legend.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g), ([, word]) => word).find(
    (word) => !known.includes(word)
  );
  return [
    ...(source === 'summary' && isUnderADay(step) ? ['The daily summary holds whole days: the step will be one day.'] : []),
    ...(live && !endsNow(rangeEnd) ? ['Live needs a time range that ends now: this one is asked once for each refresh.'] : []),
    ...(live && endsNow(rangeEnd) && beginsWithRange(query)
      ? ['A running total or a comparison is never live: it is asked once for each refresh.']
      : []),
    ...(stranger === undefined
      ? []
      : [`The legend’s {{${stranger}}} will stay empty: this query has only ${known.map((word) => `{{${word}}}`).join(' ')}.`]),
  ];
}

function refusals(query: EnstoreQuery): string[] {
  switch (typeOf(query)) {
    case 'series':
      return ofSeries(query);
    case 'reconciliation':
      return otherThanMovers(query);
    case 'replication':
      return [];
    case 'annotations': {
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

function ofSeries(query: EnstoreQuery): string[] {
  const { source, filters, groupBy, measure, top, runningTotal } = asSeries(query);
  const found: string[] = [];
  if (source === 'summary') {
    const kind = kindOf[measure];
    if (kind !== 'amount' && kind !== 'rate') {
      found.push(`The daily summary holds bytes only: for “${measureWords[measure].label}” take another source.`);
    }
    const unknown = ONLY_IN_TRANSFERS.filter((dimension) => filters[dimension] || groupBy.includes(dimension));
    if (unknown.length > 0) {
      const names = unknown.map((dimension) => dimensionNames[dimension][1]).join(' or ');
      found.push(`The daily summary does not know ${names}: remove that choice, or take another source.`);
    }
  }
  if (runningTotal && !fits(query).runningTotal) {
    found.push('Only bytes and transfers have a running total: switch it off, or choose one of the two.');
  }
  if (!Number.isInteger(top) || top < 0 || top > MOST_APART) {
    found.push(`“Largest” must be a whole number up to ${MOST_APART}, or empty.`);
  } else if (top > 0 && groupBy.length === 0) {
    found.push('A total has no largest series: choose a group, or empty “Largest”.');
  }
  return found;
}

function otherThanMovers({ filters = {} }: EnstoreQuery): string[] {
  const others = (Object.keys(filters) as Dimension[]).filter((dimension) => dimension !== 'mover');
  return others.length === 0
    ? []
    : [`A reconciliation can be filtered by movers only: remove ${others.map((each) => dimensionNames[each][1]).join(' and ')}.`];
}

function expressionFaults(filters: Filters): string[] {
  return Object.entries(filters).flatMap(([dimension, { match, noMatch }]) =>
    [match, noMatch].flatMap((expression) => {
      const fault = expression && faultOf(expression);
      return fault ? [`The expression “${expression}” for ${dimensionNames[dimension as Dimension][1]} ${fault}.`] : [];
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

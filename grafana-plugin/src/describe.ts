import { dimensionNames, stepAdverb, unitName } from './labels';
import { Dimension, Direction, EnstoreQuery, Filter, Measure, QUERY_DEFAULTS } from './types';

const subjects: Record<Measure, Record<Direction, string>> = {
  bytes: {
    read: 'Bytes read',
    write: 'Bytes written',
    both: 'Bytes read and written',
    sum: 'Bytes read plus written',
  },
  throughput: {
    read: 'Read throughput',
    write: 'Write throughput',
    both: 'Read and write throughput',
    sum: 'Read plus write throughput',
  },
};

/** Names listed before the rest is only counted. */
const NAMES_SHOWN = 3;

/** Says in one sentence what a query asks: "Bytes read per mover, daily, MiB". */
export function describe(query: EnstoreQuery): string {
  const { measure, direction, groupBy, filters, includeNullMovers, step, unit, source } = {
    ...QUERY_DEFAULTS,
    ...query,
  };
  const grouping = groupBy.length === 0 ? 'in total' : `per ${groupBy.map((each) => dimensionNames[each][0]).join(' and ')}`;
  const restrictions = Object.entries(filters).flatMap(([dimension, filter]) => restriction(dimension as Dimension, filter));
  return [
    `${subjects[measure][direction]} ${grouping}`,
    ...restrictions,
    ...(includeNullMovers ? ['null movers counted'] : []),
    stepAdverb(step),
    ...(source === 'summary' ? ['from the daily summary'] : source === 'raw' ? ['from single transfers'] : []),
    unitName(unit, measure),
  ].join(', ');
}

function restriction(dimension: Dimension, { include = [], exclude = [], match, noMatch }: Filter): string[] {
  const [one, many] = dimensionNames[dimension];
  const list = (names: string[]) => `${names.length === 1 ? one : many} ${enumerate(names)}`;
  return [
    ...(include.length > 0 ? [`only ${list(include)}`] : []),
    ...(match ? [`${many} matching “${match}”`] : []),
    ...(exclude.length > 0 ? [`without ${list(exclude)}`] : []),
    ...(noMatch ? [`without ${many} matching “${noMatch}”`] : []),
  ];
}

function enumerate(names: string[]): string {
  const hidden = names.length - NAMES_SHOWN;
  const items = hidden > 1 ? [...names.slice(0, NAMES_SHOWN), `${hidden} more`] : names;
  return items.length === 1 ? items[0] : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

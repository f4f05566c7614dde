import { Filter, Filters } from './types';

/** A filter as Grafana's ad hoc variable hands it over. */
export interface AdHocFilter {
  key: string;
  operator: string;
  value: string;
  /** Set for the one-of operators. */
  values?: string[];
}

/** Changes part of one dimension's filter and drops what became empty, so that saved queries stay short. */
export function withFilter(filters: Filters | undefined, dimension: string, change: Filter): Filters {
  const { [dimension]: before, ...others } = filters ?? {};
  const parts = Object.entries({ ...before, ...change }).filter(([, part]) => part !== undefined && part.length > 0);
  return parts.length === 0 ? others : { ...others, [dimension]: Object.fromEntries(parts) };
}

/**
 * Adds ad hoc filters to those of the query. All of them apply together; an operator that cannot be is an error here, a
 * dimension that the query does not have is one of the backend's.
 */
export function withAdHoc(filters: Filters | undefined, adHoc: readonly AdHocFilter[]): Filters {
  return adHoc
    .filter((filter) => filter.key !== '')
    .reduce<Filters>((sum, filter) => ({ ...sum, [filter.key]: narrow(sum[filter.key] ?? {}, filter) }), filters ?? {});
}

function narrow(filter: Filter, { key: dimension, operator, value, values }: AdHocFilter): Filter {
  switch (operator) {
    case '=':
      return only(filter, [value]);
    case '=|':
      return only(filter, values ?? [value]);
    case '!=':
      return { ...filter, exclude: [...(filter.exclude ?? []), value] };
    case '!=|':
      return { ...filter, exclude: [...(filter.exclude ?? []), ...(values ?? [value])] };
    case '=~':
      if (filter.match) {
        throw new Error(
          `Only one expression can be matched against ${dimension}: there is "${filter.match}" and the ad hoc "${value}".`
        );
      }
      return { ...filter, match: value };
    case '!~':
      return { ...filter, noMatch: filter.noMatch ? `(?:${filter.noMatch})|(?:${value})` : value };
    default:
      throw new Error(`The ad hoc filter on ${dimension} uses "${operator}"; names can be compared by = != =~ !~ only.`);
  }
}

/** Keeps of the names asked for only those given; if none is left, nothing must pass, which an empty list would not say. */
function only(filter: Filter, names: string[]): Filter {
  const asked = filter.include ?? [];
  const left = asked.length === 0 ? names : asked.filter((name) => names.includes(name));
  return left.length > 0
    ? { ...filter, include: left }
    : { ...filter, include: names, exclude: [...(filter.exclude ?? []), ...names] };
}

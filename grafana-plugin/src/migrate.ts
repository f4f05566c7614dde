import { EnstoreQuery, EnstoreVariableQuery, QUERY_VERSION, VARIABLE_DEFAULTS } from './types';

/**
 * Brings a saved query to the version this plugin writes. A query without a version is of version 1; one of a later
 * version is left alone, for the backend to refuse by name.
 */
export function migrateQuery(saved: EnstoreQuery): EnstoreQuery {
  const query = withoutNulls(saved);
  return query.version === undefined ? { ...query, version: QUERY_VERSION } : query;
}

/**
 * Grafana makes null of an empty list when it provisions an alert rule from a file. No groups are the total; any other
 * list is as good as left out when it is empty.
 */
function withoutNulls(saved: EnstoreQuery): EnstoreQuery {
  const text = JSON.stringify(saved);
  return text.includes(':null')
    ? JSON.parse(text, (key, value) => value ?? (key === 'groupBy' ? [] : undefined))
    : saved;
}

/** The same for the query of a variable, which Grafana starts off as an empty text. */
export function migrateVariableQuery(
  saved: EnstoreVariableQuery | string | undefined
): EnstoreVariableQuery & Required<Pick<EnstoreVariableQuery, keyof typeof VARIABLE_DEFAULTS>> {
  const query = typeof saved === 'object' ? saved : undefined;
  return { refId: 'variable', ...VARIABLE_DEFAULTS, ...query };
}

/** True for a query that a newer version of the plugin saved and this one cannot edit. */
export function isFromNewerPlugin(query: { version?: number }): boolean {
  return (query.version ?? QUERY_VERSION) > QUERY_VERSION;
}

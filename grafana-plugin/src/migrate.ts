import { EnstoreQuery, EnstoreVariableQuery, QUERY_VERSION, VARIABLE_DEFAULTS } from './types';

/**
 * Brings a saved query to the version this plugin writes. A query without a version is of version 1; one of a later
 * version is left alone, for the backend to refuse by name.
 */
export function migrateQuery(saved: EnstoreQuery): EnstoreQuery {
  return saved.version === undefined ? { ...saved, version: QUERY_VERSION } : saved;
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

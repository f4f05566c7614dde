import { DataSourceApi, MetricFindValue } from '@grafana/data';

import { EnstoreOptions, EnstoreQuery, VariableKind } from './types';

/** What editors look up at the backend. */
export interface Lookup {
  /** Names the backend offers for choosing. */
  names(list: VariableKind): Promise<MetricFindValue[]>;
}

/** A data source as editors know it: the module of the data source itself imports them. */
export type EditedSource = DataSourceApi<EnstoreQuery, EnstoreOptions> & Lookup;

import { DataSourceApi, MetricFindValue } from '@grafana/data';

import { CatalogStore } from './catalog';
import { EnstoreOptions, EnstoreQuery } from './types';

/** What editors look up at the backend. */
export interface Lookup {
  catalog: CatalogStore;
  /** Names of a dimension that the backend offers for choosing. */
  names(dimension: string): Promise<MetricFindValue[]>;
}

/** A data source as editors know it: the module of the data source itself imports them. */
export type EditedSource = DataSourceApi<EnstoreQuery, EnstoreOptions> & Lookup;

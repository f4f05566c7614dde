import { DataSourcePlugin } from '@grafana/data';

import { ConfigEditor } from './components/ConfigEditor';
import { QueryEditor } from './components/QueryEditor';
import { EnstoreDataSource } from './datasource';
import { EnstoreOptions, EnstoreQuery, EnstoreSecureOptions } from './types';

export const plugin = new DataSourcePlugin<EnstoreDataSource, EnstoreQuery, EnstoreOptions, EnstoreSecureOptions>(
  EnstoreDataSource
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);

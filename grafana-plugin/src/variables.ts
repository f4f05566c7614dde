import { CustomVariableSupport, DataQueryRequest, DataQueryResponse, MetricFindValue } from '@grafana/data';
import { from, map, Observable } from 'rxjs';

import { VariableEditor } from './components/VariableEditor';
import type { EnstoreDataSource } from './datasource';
import { migrateVariableQuery } from './migrate';
import { EnstoreOptions, EnstoreQuery, EnstoreVariableQuery, VARIABLE_DEFAULTS } from './types';

/** Answers dashboard variables with lists of names from the backend. */
export class EnstoreVariables extends CustomVariableSupport<
  EnstoreDataSource,
  EnstoreVariableQuery,
  EnstoreQuery,
  EnstoreOptions
> {
  editor = VariableEditor;

  constructor(private readonly datasource: EnstoreDataSource) {
    super();
    // Grafana calls it as a bare function.
    this.query = this.query.bind(this);
  }

  getDefaultQuery(): Partial<EnstoreVariableQuery> {
    return VARIABLE_DEFAULTS;
  }

  query({ targets, scopedVars }: DataQueryRequest<EnstoreVariableQuery>): Observable<DataQueryResponse> {
    const { version, kind, match, classes, lookBack, filters } = migrateVariableQuery(targets[0]);
    const filled = this.datasource.filledFilters(filters, scopedVars);
    const question = {
      version,
      kind,
      match: this.datasource.expression(match, scopedVars),
      ...(kind === 'movers' && { classes }),
      lookBack: this.datasource.replaced(lookBack, scopedVars),
      ...(Object.keys(filled).length > 0 && { filters: filled }),
    };
    const names: Promise<MetricFindValue[]> = this.datasource.postResource('variable', question);
    return from(names).pipe(map((data) => ({ data })));
  }
}

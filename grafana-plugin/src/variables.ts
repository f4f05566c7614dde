import { CustomVariableSupport, DataQueryRequest, DataQueryResponse, MetricFindValue } from '@grafana/data';
import { from, map, Observable } from 'rxjs';

import { VariableEditor } from './components/VariableEditor';
import { Filling } from './filling';
import { EditedSource } from './lookup';
import { migrateVariableQuery } from './migrate';
import { EnstoreOptions, EnstoreQuery, EnstoreVariableQuery, MOVERS, VARIABLE_DEFAULTS } from './types';

/** Answers dashboard variables with lists of names from the backend. */
export class EnstoreVariables extends CustomVariableSupport<
  EditedSource,
  EnstoreVariableQuery,
  EnstoreQuery,
  EnstoreOptions
> {
  editor = VariableEditor;

  constructor(
    private readonly filling: Filling,
    private readonly ask: (question: object) => Promise<MetricFindValue[]>
  ) {
    super();
    // Grafana calls it as a bare function.
    this.query = this.query.bind(this);
  }

  getDefaultQuery(): Partial<EnstoreVariableQuery> {
    return VARIABLE_DEFAULTS;
  }

  query({ targets, scopedVars }: DataQueryRequest<EnstoreVariableQuery>): Observable<DataQueryResponse> {
    const { version, kind, dataset, match, classes, lookBack, filters } = migrateVariableQuery(targets[0]);
    const filled = this.filling.filledFilters(filters, scopedVars);
    const question = {
      version,
      kind,
      ...(dataset && { dataset }),
      match: this.filling.expression(match, scopedVars),
      ...(kind === MOVERS && { classes }),
      lookBack: this.filling.replaced(lookBack, scopedVars),
      ...(Object.keys(filled).length > 0 && { filters: filled }),
    };
    return from(this.ask(question)).pipe(map((data) => ({ data })));
  }
}

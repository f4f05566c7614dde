import { CoreApp, DataSourceInstanceSettings, MetricFindValue, ScopedVars } from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv, TemplateSrv } from '@grafana/runtime';

import { describe } from './describe';
import { AD_HOC_DIMENSIONS, AdHocFilter, withAdHoc } from './filters';
import { classChoices } from './labels';
import { migrateQuery } from './migrate';
import { Dimension, EnstoreOptions, EnstoreQuery, Filter, Filters, QUERY_VERSION } from './types';
import { EnstoreVariables } from './variables';

/** Backend resources that list names. */
export type NameList = 'movers' | 'storage-groups' | 'libraries';

const listOf: Partial<Record<Dimension, NameList>> = {
  mover: 'movers',
  storageGroup: 'storage-groups',
  library: 'libraries',
};

/** Sends queries to the backend, after variables and ad hoc filters are put in; all else happens there. */
export class EnstoreDataSource extends DataSourceWithBackend<EnstoreQuery, EnstoreOptions> {
  constructor(
    settings: DataSourceInstanceSettings<EnstoreOptions>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
    this.variables = new EnstoreVariables(this);
  }

  getDefaultQuery(app: CoreApp): Partial<EnstoreQuery> {
    const start: Partial<EnstoreQuery> = { version: QUERY_VERSION, measure: 'bytes', groupBy: ['mover'], direction: 'both' };
    return app === CoreApp.Explore ? { ...start, groupBy: [] } : start;
  }

  getQueryDisplayText(query: EnstoreQuery): string {
    return describe(query);
  }

  filterQuery(query: EnstoreQuery): boolean {
    return !query.hide;
  }

  applyTemplateVariables(query: EnstoreQuery, scopedVars: ScopedVars, adHoc?: AdHocFilter[]): EnstoreQuery {
    return this.filled(query, scopedVars, adHoc ?? this.adHocFilters());
  }

  /** Grafana asks for this when a panel's query is carried over to Explore, where dashboard variables do not exist. */
  interpolateVariablesInQueries(queries: EnstoreQuery[], scopedVars: ScopedVars, adHoc?: AdHocFilter[]): EnstoreQuery[] {
    return queries.map((query) => this.filled(query, scopedVars, adHoc ?? this.adHocFilters()));
  }

  async getTagKeys(): Promise<MetricFindValue[]> {
    return AD_HOC_DIMENSIONS.map((dimension) => ({ text: dimension }));
  }

  async getTagValues({ key }: { key: string }): Promise<MetricFindValue[]> {
    if (key === 'moverClass') {
      return classChoices.map(({ value }) => ({ text: value }));
    }
    const list = listOf[key as Dimension];
    return list ? this.names(list) : [];
  }

  /** Names the backend offers for choosing. */
  names(list: NameList): Promise<MetricFindValue[]> {
    return this.getResource(list, undefined, { showErrorAlert: false });
  }

  /** Replaces variables in a text; several values become alternatives of a regular expression. */
  expression(text: string | undefined, scopedVars: ScopedVars): string | undefined {
    return text && this.templates.replace(text, scopedVars, 'regex');
  }

  private filled(saved: EnstoreQuery, scopedVars: ScopedVars, adHoc: AdHocFilter[]): EnstoreQuery {
    const query = migrateQuery(saved);
    const filters = Object.entries(query.filters ?? {}).map(([dimension, filter]) => [
      dimension,
      this.filledFilter(filter, scopedVars),
    ]);
    return {
      ...query,
      ...(query.step && { step: this.templates.replace(query.step, scopedVars) }),
      ...(query.legend && { legend: this.templates.replace(query.legend, scopedVars) }),
      filters: withAdHoc(Object.fromEntries(filters) as Filters, adHoc),
    };
  }

  private filledFilter({ include, exclude, match, noMatch }: Filter, scopedVars: ScopedVars): Filter {
    return {
      ...(include && { include: include.flatMap((item) => this.expanded(item, scopedVars)) }),
      ...(exclude && { exclude: exclude.flatMap((item) => this.expanded(item, scopedVars)) }),
      ...(match && { match: this.expression(match, scopedVars) }),
      ...(noMatch && { noMatch: this.expression(noMatch, scopedVars) }),
    };
  }

  /**
   * All names that an item of a list stands for. The values of a variable are kept apart by formatting them as marks
   * first: joined into one text, names that hold the separator could not be told from two names.
   */
  private expanded(item: string, scopedVars: ScopedVars): string[] {
    const values: string[][] = [];
    const marked = this.templates.replace(item, scopedVars, (value: string | string[]) => {
      values.push([value].flat());
      return `\u0000${values.length - 1}\u0000`;
    });
    return values
      .reduce(
        (texts, each, index) => texts.flatMap((text) => each.map((value) => text.replace(`\u0000${index}\u0000`, () => value))),
        [marked]
      )
      .filter((text) => text !== '');
  }

  /** Grafana hands ad hoc filters over only since 10.3; before, they are asked for. */
  private adHocFilters(): AdHocFilter[] {
    const templates: TemplateSrv & { getAdhocFilters?: (name: string) => AdHocFilter[] } = this.templates;
    return templates.getAdhocFilters?.(this.name) ?? [];
  }
}

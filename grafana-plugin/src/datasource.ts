import {
  CoreApp, DataQueryRequest, DataQueryResponse, DataSourceInstanceSettings, dateMath, MetricFindValue, ScopedVars,
  TimeRange,
} from '@grafana/data';
import { DataSourceWithBackend, getGrafanaLiveSrv, getTemplateSrv, TemplateSrv } from '@grafana/runtime';
import { map, merge, Observable } from 'rxjs';

import { annotations } from './annotations';
import { CatalogStore, dimensionOf } from './catalog';
import { describe } from './describe';
import { Filling } from './filling';
import { AdHocFilter, withAdHoc } from './filters';
import { has, isLive, pruned } from './fit';
import { channelOf, isForRules, liveAnswers } from './live';
import { Lookup } from './lookup';
import { migrateQuery } from './migrate';
import { asNothing } from './nothing';
import { EnstoreOptions, EnstoreQuery, QUERY_VERSION, TOP_AT_FIRST } from './types';
import { EnstoreVariables } from './variables';

/** Sends queries to the backend, after variables and ad hoc filters are put in; all else happens there. */
export class EnstoreDataSource extends DataSourceWithBackend<EnstoreQuery, EnstoreOptions> implements Lookup {
  annotations = annotations;
  catalog = new CatalogStore(() => this.getResource('catalog', undefined, { showErrorAlert: false }));
  private readonly filling: Filling;

  constructor(
    settings: DataSourceInstanceSettings<EnstoreOptions>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
    this.filling = new Filling(templates);
    this.variables = new EnstoreVariables(this.filling, (question) => this.postResource('variable', question));
  }

  getDefaultQuery(app: CoreApp): Partial<EnstoreQuery> {
    // Measure and groups are the backend's own, which are those of most use; Explore begins with their total.
    return app === CoreApp.Explore ? { version: QUERY_VERSION, groupBy: [] } : { version: QUERY_VERSION, top: TOP_AT_FIRST };
  }

  getQueryDisplayText(query: EnstoreQuery): string {
    return describe(query, this.catalog.current);
  }

  filterQuery(query: EnstoreQuery): boolean {
    return !query.hide;
  }

  /** Live queries get a channel each; the others are asked together, as ever. */
  query(request: DataQueryRequest<EnstoreQuery>): Observable<DataQueryResponse> {
    const live = request.targets.filter(
      (target) => !target.hide && !isForRules(request.app) && isLive(target, request.range?.raw.to)
    );
    if (live.length === 0) {
      return super.query(request).pipe(map(asNothing));
    }
    const others = request.targets.filter((target) => !live.includes(target));
    const answers = live.map((target) => this.followed(request, target));
    return others.length === 0 ? merge(...answers) : merge(super.query({ ...request, targets: others }), ...answers);
  }

  applyTemplateVariables(query: EnstoreQuery, scopedVars: ScopedVars, adHoc?: AdHocFilter[]): EnstoreQuery {
    return this.filled(query, scopedVars, adHoc ?? this.adHocFilters());
  }

  /** Grafana asks for this when a panel's query is carried over to Explore, where dashboard variables do not exist. */
  interpolateVariablesInQueries(queries: EnstoreQuery[], scopedVars: ScopedVars, adHoc?: AdHocFilter[]): EnstoreQuery[] {
    return queries.map((query) => this.filled(query, scopedVars, adHoc ?? this.adHocFilters()));
  }

  async getTagKeys(): Promise<MetricFindValue[]> {
    const { dimensions } = await this.catalog.load();
    return dimensions.map(({ id }) => ({ text: id }));
  }

  async getTagValues({ key }: { key: string }): Promise<MetricFindValue[]> {
    const { dimensions } = await this.catalog.load();
    const dimension = dimensions.find(({ id }) => id === key);
    return dimension === undefined ? [] : dimension.values.length > 0 ? dimension.values.map((text) => ({ text })) : this.names(key);
  }

  async names(dimension: string): Promise<MetricFindValue[]> {
    return this.getResource(dimensionOf(await this.catalog.load(), dimension).list, undefined, { showErrorAlert: false });
  }

  private followed(request: DataQueryRequest<EnstoreQuery>, target: EnstoreQuery): Observable<DataQueryResponse> {
    // Handed over only since Grafana 10.3.
    const { filters } = request as { filters?: AdHocFilter[] };
    const { range, timezone, maxDataPoints, intervalMs } = request;
    const key = `live-${target.refId}`;
    const channel = channelOf(this.uid, {
      query: this.applyTemplateVariables(target, request.scopedVars, filters),
      range,
      maxDataPoints,
      intervalMs,
    });
    /** What is asked anew must reach as far as what has come over the channel meanwhile. */
    const byNow = (): TimeRange => ({
      from: dateMath.parse(range.raw.from, false, timezone) ?? range.from,
      to: dateMath.parse(range.raw.to, true, timezone) ?? range.to,
      raw: range.raw,
    });
    return liveAnswers({
      key,
      events: getGrafanaLiveSrv().getStream(channel),
      // A request of the name of another one under way ends that one.
      ask: () => super.query({ ...request, range: byNow(), requestId: `${request.requestId}-${key}`, targets: [target] }),
      start: () => byNow().from.valueOf(),
    });
  }

  private filled(saved: EnstoreQuery, scopedVars: ScopedVars, adHoc: AdHocFilter[]): EnstoreQuery {
    const query = pruned(migrateQuery(saved));
    const text = (key: 'step' | 'legend' | 'silence' | 'lag' | 'history' | 'halfLife' | 'leadTime') =>
      query[key] ? { [key]: this.filling.replaced(query[key], scopedVars) } : {};
    return {
      ...query,
      ...text('step'),
      ...text('legend'),
      ...text('silence'),
      ...text('lag'),
      ...text('history'),
      ...text('halfLife'),
      ...text('leadTime'),
      // Replication has nothing to do with what was transferred, and so no filters.
      ...(has(query, 'filters') && {
        filters: withAdHoc(this.filling.filledFilters(query.filters ?? {}, scopedVars), adHoc),
      }),
    };
  }

  /** Grafana hands ad hoc filters over only since 10.3; before, they are asked for. */
  private adHocFilters(): AdHocFilter[] {
    const templates: TemplateSrv & { getAdhocFilters?: (name: string) => AdHocFilter[] } = this.templates;
    return templates.getAdhocFilters?.(this.name) ?? [];
  }
}

import {
  CoreApp, DataQueryRequest, DataQueryResponse, DataSourceInstanceSettings, dateMath, MetricFindValue, ScopedVars,
  TimeRange,
} from '@grafana/data';
import { DataSourceWithBackend, getGrafanaLiveSrv, getTemplateSrv, TemplateSrv } from '@grafana/runtime';
import { map, merge, Observable } from 'rxjs';

import { annotations } from './annotations';
import { describe } from './describe';
import { AdHocFilter, listOf, withAdHoc } from './filters';
import { isLive, pruned, typeOf } from './fit';
import { classChoices } from './labels';
import { channelOf, isForRules, liveAnswers } from './live';
import { migrateQuery } from './migrate';
import { asNothing } from './nothing';
import {
  DEFAULTS, DIMENSIONS, EnstoreOptions, EnstoreQuery, Filter, Filters, QUERY_VERSION, TOP_AT_FIRST, VariableKind,
} from './types';
import { EnstoreVariables } from './variables';

/**
 * Among the names to include: no restriction. A variable whose custom value for All is this leaves its dimension alone,
 * so that names it does not list, such as those of retired movers, count as well.
 */
const EVERY_NAME = '*';

/** Sends queries to the backend, after variables and ad hoc filters are put in; all else happens there. */
export class EnstoreDataSource extends DataSourceWithBackend<EnstoreQuery, EnstoreOptions> {
  annotations = annotations;

  constructor(
    settings: DataSourceInstanceSettings<EnstoreOptions>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
    this.variables = new EnstoreVariables(this);
  }

  getDefaultQuery(app: CoreApp): Partial<EnstoreQuery> {
    const start: Partial<EnstoreQuery> = { version: QUERY_VERSION, measure: 'bytes', direction: 'both' };
    return app === CoreApp.Explore ? { ...start, groupBy: [] } : { ...start, groupBy: ['mover'], top: TOP_AT_FIRST };
  }

  getQueryDisplayText(query: EnstoreQuery): string {
    return describe(query);
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
    return DIMENSIONS.map((dimension) => ({ text: dimension }));
  }

  async getTagValues({ key }: { key: string }): Promise<MetricFindValue[]> {
    if (key === 'moverClass') {
      return classChoices.map(({ value }) => ({ text: value }));
    }
    return key in listOf ? this.names(listOf[key as keyof typeof listOf]) : [];
  }

  /** Names the backend offers for choosing. */
  names(list: VariableKind): Promise<MetricFindValue[]> {
    return this.getResource(list, undefined, { showErrorAlert: false });
  }

  /** Replaces variables in a text. */
  replaced(text: string, scopedVars: ScopedVars): string {
    return this.templates.replace(text, scopedVars);
  }

  /** Replaces variables in a text; several values become alternatives of a regular expression. */
  expression(text: string, scopedVars: ScopedVars): string {
    return this.templates.replace(text, scopedVars, 'regex');
  }

  /** Replaces variables in filters; in lists, each value of a variable becomes an item. What restricts nothing is dropped. */
  filledFilters(filters: Filters, scopedVars: ScopedVars): Filters {
    const filled = Object.entries(filters)
      .map(([dimension, filter]) => [dimension, this.filledFilter(filter, scopedVars)] as const)
      .filter(([, filter]) => Object.keys(filter).length > 0);
    return Object.fromEntries(filled);
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
    const text = (key: 'step' | 'legend' | 'silence' | 'lag') =>
      query[key] ? { [key]: this.replaced(query[key], scopedVars) } : {};
    return {
      ...query,
      ...text('step'),
      ...text('legend'),
      ...text('silence'),
      ...text('lag'),
      // Replication has nothing to do with what was transferred, and so no filters.
      ...('filters' in DEFAULTS[typeOf(query)] && {
        filters: withAdHoc(this.filledFilters(query.filters ?? {}, scopedVars), adHoc),
      }),
    };
  }

  private filledFilter({ include, exclude, match, noMatch }: Filter, scopedVars: ScopedVars): Filter {
    const only = include?.flatMap((item) => this.expanded(item, scopedVars));
    return {
      ...(only && !only.includes(EVERY_NAME) && { include: only }),
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

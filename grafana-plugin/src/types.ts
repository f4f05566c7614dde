import { DataQuery, DataSourceJsonData } from '@grafana/data';

/** The version of saved queries and settings that this plugin writes. */
export const QUERY_VERSION = 1;
export const SETTINGS_VERSION = 1;

export type Direction = 'read' | 'write' | 'both' | 'sum';
export type Unit = 'bytes' | 'MiB' | 'MB';
export type Gaps = 'zero' | 'null' | 'notYet';
export type Source = 'auto' | 'summary' | 'raw';
export type Compare = 'none' | 'previousPeriod';
export type Total = 'none' | 'also' | 'only';
export type Against = 'before' | 'weeksBefore' | 'yearBefore';
export type AnomalyView = 'bands' | 'flags';
export type RiskView = 'ranking' | 'scores' | 'suspects';
export type Stock = 'blanks' | 'quotas' | 'slots';
export type RowTable = 'tapes' | 'drives';
export type CapacityView = 'table' | 'days';
export type ReplicationView = 'status' | 'history' | 'lagSeconds' | 'lagBytes';
export type EventKind = 'moverSilent' | 'recordDay' | 'driveChange' | 'replicationLag' | 'anomaly';

/** The kinds of question a query can be; empty means series. */
export type QueryType =
  | 'series'
  | 'forecast'
  | 'anomalies'
  | 'changes'
  | 'risk'
  | 'capacity'
  | 'table'
  | 'reconciliation'
  | 'replication'
  | 'annotations';

/** How many groups are kept apart when grouping begins: more lines can hardly be told apart. */
export const TOP_AT_FIRST = 10;
/** The same of groups with a band each, which lie over one another. */
export const BANDS_AT_FIRST = 3;

/** The widths of time the backend answers in, finest first. Any other duration is snapped up to the next of these. */
export const STEPS = [
  '1m', '2m', '5m', '10m', '15m', '30m', '1h', '2h', '3h', '4h', '6h', '8h', '12h', '1d', '1w', '1M', '1Q', '1y',
] as const;
/** The only steps of forecasts, and of anomalies. */
export const FORECAST_STEPS = ['1d', '1w', '1M'] as const;
export const ANOMALY_STEPS = ['1h', '1d', '1w'] as const;

/** What is let through of one dimension. Absent or empty parts restrict nothing; the parts present must all agree. */
export interface Filter {
  include?: string[];
  exclude?: string[];
  /** RE2 expression that may match anywhere in the name. */
  match?: string;
  noMatch?: string;
}

/** Filters by the dimension they are of. */
export type Filters = Partial<Record<string, Filter>>;

/** What a panel asks. The backend holds the default of every key, since alert rules reach it without a browser. */
export interface EnstoreQuery extends DataQuery {
  version?: number;
  filters?: Filters;
  includeNullMovers?: boolean;

  /** A measure of the catalog. */
  measure?: string;
  /** One series per combination of values of these dimensions of the catalog; none of them means the total. */
  groupBy?: string[];
  direction?: Direction;
  /** So many of the largest groups are kept apart, the rest is one series; 0 keeps all apart. */
  top?: number;
  compare?: Compare;
  runningTotal?: boolean;
  /** "auto", a name in STEPS, another duration, or a variable. */
  step?: string;
  unit?: Unit;
  gaps?: Gaps;
  source?: Source;
  /** Template such as "{{mover}} {{direction}}"; empty means automatic. */
  legend?: string;
  /** Panels and Explore: transfers appear as they happen, without a refresh. */
  live?: boolean;

  /** Reconciliation: leave out days on which both tables agree. */
  onlyDifferences?: boolean;

  /** Forecasts, anomalies and capacity: how far back from now is learnt; of anomalies, empty means what suits the step. */
  history?: string;
  /** Forecasts: whether the sum of the groups is forecast as well, or alone. */
  total?: Total;
  /** Anomalies: how many false alarms of one series in a month are tolerated. */
  falseAlarms?: number;
  /** Changes: what the time range is compared with. */
  against?: Against;

  /** Risk: after which time an error counts half. */
  halfLife?: string;

  /** Capacity: what may run out, which is the dataset of that id. */
  stock?: Stock;
  /** Capacity: how much has to be left. */
  reserve?: number;
  /** Capacity: how long a delivery takes. */
  leadTime?: string;

  /** Table: which rows are listed. */
  table?: RowTable;
  /** Table: the column to sort by; empty means the first one. */
  sort?: string;
  /** Table: whether the largest value comes first. */
  descending?: boolean;
  /** Table: how many rows at most, 1 to 1000. */
  rows?: number;

  /**
   * Anomalies: the band of the usual or flags. Capacity: a table, or days alone. Risk: movers with reasons, their scores alone, or suspects. Replication:
   * the state now, or its course since the service began to watch.
   */
  view?: AnomalyView | RiskView | CapacityView | ReplicationView;

  /** Annotations: what is marked. */
  event?: EventKind;
  /** Annotations: a mover that worked and then did not for so long is silent. */
  silence?: string;
  /** Annotations: a lag above this is marked; empty means the data source's warning threshold. */
  lag?: string;
}

type Keys = keyof Omit<EnstoreQuery, keyof DataQuery>;
type Defaults = Partial<Pick<EnstoreQuery, Keys>>;

/** What is not said here depends on the catalog. */
const OF_A_MEASURE = {
  measure: undefined,
  groupBy: undefined,
  top: 0,
  direction: 'both',
  filters: {},
  includeNullMovers: false,
  unit: 'MiB',
  source: 'auto',
} satisfies Defaults;

/** Which anomalies there are, whether they are drawn or mark graphs. */
const EPISODES = { ...OF_A_MEASURE, step: '1d', history: '', falseAlarms: 1 } satisfies Defaults;

/** The keys that each kind of query has, with the backend's defaults, repeated here only to show what absence means. */
export const DEFAULTS = {
  series: {
    version: QUERY_VERSION,
    ...OF_A_MEASURE,
    compare: 'none',
    runningTotal: false,
    step: 'auto',
    gaps: 'notYet',
    legend: '',
    live: false,
  },
  forecast: { version: QUERY_VERSION, ...OF_A_MEASURE, step: '1d', history: '1826d', total: 'none', legend: '' },
  anomalies: { version: QUERY_VERSION, view: 'bands', ...EPISODES, legend: '' },
  changes: {
    version: QUERY_VERSION,
    measure: undefined,
    groupBy: undefined,
    against: 'before',
    direction: 'both',
    filters: {},
    includeNullMovers: false,
    source: 'auto',
  },
  risk: { version: QUERY_VERSION, view: 'ranking', filters: {}, halfLife: '7d' },
  capacity: {
    version: QUERY_VERSION,
    stock: 'blanks',
    view: 'table',
    filters: {},
    reserve: 0,
    leadTime: '60d',
    history: '366d',
  },
  table: { version: QUERY_VERSION, table: 'tapes', filters: {}, sort: '', descending: false, rows: 100 },
  reconciliation: { version: QUERY_VERSION, filters: {}, onlyDifferences: true, includeNullMovers: true },
  replication: { version: QUERY_VERSION, view: 'status' },
  annotations: { version: QUERY_VERSION, event: 'moverSilent', filters: {}, silence: '1d', lag: '' },
} satisfies Record<QueryType, Defaults>;

/** The same of annotations that mark anomalies. */
export const ANOMALY_EVENTS = { version: QUERY_VERSION, event: 'anomaly', ...EPISODES } satisfies Defaults;


/** What a variable lists that says nothing else. Only of these there are classes to choose. */
export const MOVERS = 'movers';

/** What a dashboard variable lists. */
export interface EnstoreVariableQuery extends DataQuery {
  version?: number;
  /** The dimension whose values are listed, by its name for several with hyphens, such as "storage-groups". */
  kind?: string;
  /** Whose facts have the names; empty means the first dataset of the catalog that has the dimension. */
  dataset?: string;
  match?: string;
  /** For movers only. */
  classes?: string[];
  /** Days, such as "90d": names seen in transfers within them. Empty means the data source's own look-back. */
  lookBack?: string;
  /** Only names seen together with what passes these; a variable among them chains this one to it. */
  filters?: Filters;
  /** The query as a sentence. Grafana shows it in its list of variables; it is not sent. */
  query?: string;
}

export const VARIABLE_DEFAULTS = {
  version: QUERY_VERSION,
  kind: MOVERS,
  match: '',
  classes: ['tape', 'disk'],
  lookBack: '90d',
  filters: {},
} satisfies Partial<EnstoreVariableQuery>;

export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** Enstore's databases beside accounting. */
export type OtherDatabase = 'drivestat' | 'enstoredb';

/** Settings of the databases beside accounting; one without hosts is not asked. */
type OtherDatabaseOptions = Partial<
  Record<`${OtherDatabase}${'Hosts' | 'Database' | 'User' | 'TlsServerName'}`, string> &
    Record<`${OtherDatabase}TlsMode`, TlsMode | 'same'> &
    Record<`${OtherDatabase}AllowPrimary`, boolean> &
    Record<`${OtherDatabase}PoolSize`, number>
>;

/** Settings of one data source; the unit of every duration and size is written in its text, such as "30s" or "64MiB". */
export interface EnstoreOptions extends DataSourceJsonData, OtherDatabaseOptions {
  version?: number;
  /** "host[:port][,host[:port]...]"; wins over Grafana's own url. */
  hosts?: string;
  /** Wins over Grafana's own database. */
  database?: string;
  tlsMode?: TlsMode;
  tlsServerName?: string;
  siteTimeZone?: string;
  allowPrimary?: boolean;
  /** "host[:port]" of the primary, whose side of replication is looked at too; empty for the standbys' own view. */
  primaryHost?: string;
  monitorUser?: string;
  poolSize?: number;
  connectTimeout?: string;
  statementTimeout?: string;
  idleEviction?: string;
  lookBack?: number;
  moverLookBack?: number;
  openRefresh?: string;
  recentRefresh?: string;
  maxSeries?: number;
  maxPoints?: number;
  cacheBytes?: string;
  partialAfter?: string;
  lagWarning?: string;
  summaryWarning?: number;
}

/** Secrets: written, never read back. The TLS ones are PEM texts. */
export interface EnstoreSecureOptions extends Partial<Record<`${OtherDatabase}Password`, string>> {
  password?: string;
  monitorPassword?: string;
  tlsCaCert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}

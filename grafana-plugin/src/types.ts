import { DataQuery, DataSourceJsonData } from '@grafana/data';

/** The version of saved queries and settings that this plugin writes. */
export const QUERY_VERSION = 1;
export const SETTINGS_VERSION = 1;

export type Measure = 'bytes' | 'throughput';
export type Direction = 'read' | 'write' | 'both' | 'sum';
export type Dimension = 'mover' | 'moverClass' | 'storageGroup' | 'library' | 'driveType' | 'mediaChanger';
export type Unit = 'bytes' | 'MiB' | 'MB';
export type Gaps = 'zero' | 'null' | 'notYet';
export type Source = 'auto' | 'summary' | 'raw';

/** The widths of time the backend answers in, finest first. Any other duration is snapped up to the next of these. */
export const STEPS = [
  '1m', '2m', '5m', '10m', '15m', '30m', '1h', '2h', '3h', '4h', '6h', '8h', '12h', '1d', '1w', '1M', '1Q', '1y',
] as const;

/** What is let through of one dimension. Absent or empty parts restrict nothing; the parts present must all agree. */
export interface Filter {
  include?: string[];
  exclude?: string[];
  /** RE2 expression that may match anywhere in the name. */
  match?: string;
  noMatch?: string;
}

export type Filters = Partial<Record<Dimension, Filter>>;

/** What a panel asks. The backend holds the default of every key, since alert rules reach it without a browser. */
export interface EnstoreQuery extends DataQuery {
  version?: number;
  measure?: Measure;
  /** One series per value of these; none of them means the total. */
  groupBy?: Dimension[];
  direction?: Direction;
  filters?: Filters;
  includeNullMovers?: boolean;
  /** "auto", a name in STEPS, another duration, or a variable. */
  step?: string;
  unit?: Unit;
  gaps?: Gaps;
  source?: Source;
  /** Template such as "{{mover}} {{direction}}"; empty means automatic. */
  legend?: string;
}

/** The backend's defaults, repeated here only to show what an absent key means. */
export const QUERY_DEFAULTS: Required<Omit<EnstoreQuery, keyof DataQuery>> = {
  version: QUERY_VERSION,
  measure: 'bytes',
  groupBy: ['mover'],
  direction: 'both',
  filters: {},
  includeNullMovers: false,
  step: 'auto',
  unit: 'MiB',
  gaps: 'notYet',
  source: 'auto',
  legend: '',
};

export type VariableKind = 'movers' | 'storage-groups' | 'libraries';
export type MoverClass = 'tape' | 'disk' | 'null';

/** What a dashboard variable lists. */
export interface EnstoreVariableQuery extends DataQuery {
  version?: number;
  kind?: VariableKind;
  match?: string;
  /** For movers only. */
  classes?: MoverClass[];
  /** Days, such as "90d": names seen in transfers within them. */
  lookBack?: string;
}

export const VARIABLE_DEFAULTS: Required<Omit<EnstoreVariableQuery, keyof DataQuery>> = {
  version: QUERY_VERSION,
  kind: 'movers',
  match: '',
  classes: ['tape', 'disk'],
  lookBack: '90d',
};

export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** Settings of one data source; the unit of every duration and size is written in its text, such as "30s" or "64MiB". */
export interface EnstoreOptions extends DataSourceJsonData {
  version?: number;
  /** "host[:port][,host[:port]...]"; wins over Grafana's own url. */
  hosts?: string;
  /** Wins over Grafana's own database. */
  database?: string;
  tlsMode?: TlsMode;
  tlsServerName?: string;
  siteTimeZone?: string;
  allowPrimary?: boolean;
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
export interface EnstoreSecureOptions {
  password?: string;
  tlsCaCert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}

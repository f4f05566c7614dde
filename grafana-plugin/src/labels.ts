import {
  Dimension, Direction, EnstoreOptions, Gaps, Measure, MoverClass, Source, TlsMode, Unit, VariableKind,
} from './types';

/** A control's name and its one sentence of help. */
export interface Label {
  label: string;
  help: string;
}

export interface Choice<T> {
  value: T;
  label: string;
  description?: string;
}

export const queryLabels = {
  measure: {
    label: 'Measure',
    help: 'Bytes transferred in each step, or throughput: those bytes divided by the length of the step, which is lower than the speed of the drive.',
  },
  direction: {
    label: 'Direction',
    help: 'Read is tape to user, write is user to tape; “both” draws two series, “sum” adds them into one.',
  },
  unit: {
    label: 'Unit',
    help: 'MiB is 1,048,576 bytes, as Enstore’s own plots count; MB is 1,000,000 bytes, as WLCG reports count.',
  },
  movers: {
    label: 'Movers',
    help: 'Only these movers; none means all. Dashboard variables can be chosen too, and other names typed in.',
  },
  moverMatch: {
    label: 'Matching',
    help: 'Only movers whose name matches this regular expression anywhere; ^LTO8 means names that begin with LTO8.',
  },
  nullMovers: {
    label: 'Null movers',
    help: 'Count movers that throw data away (they serve tests) as well; Enstore’s plots leave them out.',
  },
  storageGroups: {
    label: 'Storage groups',
    help: 'Only files of these storage groups; this reads single transfers, since the daily summary does not know storage groups.',
  },
  libraries: {
    label: 'Libraries',
    help: 'Only files of these libraries; this reads single transfers, since the daily summary does not know libraries.',
  },
  groupBy: {
    label: 'Group by',
    help: 'One series for each mover, or the total of all movers chosen.',
  },
  step: {
    label: 'Step',
    help: 'The width of time that one point stands for; auto fits the panel. Days, weeks and months are those of the site’s time zone.',
  },
  source: {
    label: 'Source',
    help: 'Auto takes whole days from Enstore’s daily summary and the rest, today included, from single transfers.',
  },
  gaps: {
    label: 'Gaps',
    help: 'What a step without transfers shows: zero, nothing, or zero only as far as the data reaches.',
  },
  legend: {
    label: 'Legend',
    help: 'Name of each series, for example {{mover}} {{direction}}; {{measure}} and {{unit}} are known too. Empty means automatic.',
  },
  variableKind: { label: 'List', help: 'What the variable offers for choosing.' },
  variableClasses: {
    label: 'Classes',
    help: 'Movers of these classes: tape drives, disk movers, or null movers that throw data away.',
  },
  variableMatch: {
    label: 'Matching',
    help: 'Only names that match this regular expression anywhere; ^LTO8 means names that begin with LTO8.',
  },
  variableLookBack: {
    label: 'Look-back',
    help: 'Only names seen in transfers within this time, for example 90d; a long one also lists what has been retired.',
  },
} satisfies Record<string, Label>;

export const measureChoices: Array<Choice<Measure>> = [
  { value: 'bytes', label: 'Bytes transferred' },
  { value: 'throughput', label: 'Throughput' },
];

export const directionChoices: Array<Choice<Direction>> = [
  { value: 'read', label: 'Read' },
  { value: 'write', label: 'Write' },
  { value: 'both', label: 'Both' },
  { value: 'sum', label: 'Sum' },
];

export const groupChoices: Array<Choice<'mover' | 'total'>> = [
  { value: 'mover', label: 'Mover' },
  { value: 'total', label: 'Total' },
];

const unitNames: Record<Unit, string> = { bytes: 'B', MiB: 'MiB', MB: 'MB' };

/** The unit as it is written beside numbers of the measure. */
export function unitName(unit: Unit, measure: Measure): string {
  return measure === 'bytes' ? unitNames[unit] : `${unitNames[unit]}/s`;
}

export function unitChoices(measure: Measure): Array<Choice<Unit>> {
  const units: Unit[] = ['MiB', 'MB', 'bytes'];
  return units.map((unit) => ({ value: unit, label: unitName(unit, measure) }));
}

export const sourceChoices: Array<Choice<Source>> = [
  { value: 'auto', label: 'Auto', description: 'Daily summary where it reaches, single transfers for the rest' },
  { value: 'summary', label: 'Daily summary', description: 'Complete days only, quick over years' },
  { value: 'raw', label: 'Single transfers', description: 'Exact to the minute, slow over months' },
];

export const gapsChoices: Array<Choice<Gaps>> = [
  { value: 'notYet', label: 'Zero, as far as known', description: 'No transfers is 0, not yet known is empty' },
  { value: 'zero', label: 'Zero', description: 'Always 0' },
  { value: 'null', label: 'Empty', description: 'Always empty' },
];

const stepNames: Record<string, [name: string, adverb: string]> = {
  auto: ['Auto', 'in steps that fit the panel'],
  '1m': ['1 minute', 'every minute'],
  '1h': ['1 hour', 'hourly'],
  '1d': ['1 day', 'daily'],
  '1w': ['1 week', 'weekly'],
  '1M': ['1 month', 'monthly'],
  '1Q': ['1 quarter', 'quarterly'],
  '1y': ['1 year', 'yearly'],
};

/** How a step is called in a list: "15 minutes". */
export function stepName(step: string): string {
  return stepNames[step]?.[0] ?? step.replace(/^(\d+)m$/, '$1 minutes').replace(/^(\d+)h$/, '$1 hours');
}

/** How a step is called in a sentence: "every 15 minutes". */
export function stepAdverb(step: string): string {
  return stepNames[step]?.[1] ?? `every ${stepName(step)}`;
}

/** Names of the dimensions, for one and for several. */
export const dimensionNames: Record<Dimension, [one: string, many: string]> = {
  mover: ['mover', 'movers'],
  moverClass: ['mover class', 'mover classes'],
  storageGroup: ['storage group', 'storage groups'],
  library: ['library', 'libraries'],
  driveType: ['drive type', 'drive types'],
  mediaChanger: ['media changer', 'media changers'],
};

export const kindChoices: Array<Choice<VariableKind>> = [
  { value: 'movers', label: 'Movers' },
  { value: 'storage-groups', label: 'Storage groups' },
  { value: 'libraries', label: 'Libraries' },
];

export const classChoices: Array<Choice<MoverClass>> = [
  { value: 'tape', label: 'Tape' },
  { value: 'disk', label: 'Disk' },
  { value: 'null', label: 'Null' },
];

export const connectionLabels = {
  hosts: {
    label: 'Hosts',
    help: 'The standby servers of the accounting database, as host:port, separated by commas; the port defaults to 8800. They are tried in this order.',
  },
  database: { label: 'Database', help: 'Name of the accounting database.' },
  user: { label: 'User', help: 'A database role that may only read.' },
  password: { label: 'Password', help: 'Kept encrypted by Grafana and never shown again.' },
  siteTimeZone: {
    label: 'Site time zone',
    help: 'The time zone the Enstore servers keep; the summary’s days and every stored time are read in it.',
  },
  allowPrimary: {
    label: 'Allow the primary',
    help: 'Also ask a server that is not a standby; off, so that graphs never slow the tape system down.',
  },
  tlsMode: { label: 'TLS', help: 'Whether the connection is encrypted and how the server is checked.' },
  tlsServerName: {
    label: 'Server name',
    help: 'The name to look for in the server’s certificate when it is not that of the host.',
  },
  tlsCaCert: { label: 'CA certificate', help: 'Who must have signed the server’s certificate, as PEM text.' },
  tlsClientCert: {
    label: 'Client certificate',
    help: 'Shown to servers that ask for one, as PEM text; otherwise leave it empty.',
  },
  tlsClientKey: { label: 'Client key', help: 'The private key of the client certificate, as PEM text.' },
} satisfies Record<string, Label>;

export const tlsChoices: Array<Choice<TlsMode>> = [
  { value: 'disable', label: 'Off', description: 'Nothing is encrypted' },
  { value: 'require', label: 'Encrypt', description: 'Encrypted, the server is not checked' },
  { value: 'verify-ca', label: 'Verify CA', description: 'Encrypted, the certificate must be signed by the CA' },
  { value: 'verify-full', label: 'Verify CA and name', description: 'As before, and made out to the host' },
];

export const durationFormat = {
  pattern: /^\d+(ms|s|m|h|d)$/,
  hint: 'A number and its unit: ms, s, m, h or d, for example 30s.',
};
export const sizeFormat = {
  pattern: /^\d+(KiB|MiB|GiB)$/,
  hint: 'A number and its unit: KiB, MiB or GiB, for example 64MiB.',
};

type KeysOf<T> = { [K in keyof EnstoreOptions]-?: NonNullable<EnstoreOptions[K]> extends T ? K : never }[keyof EnstoreOptions];

/** One number, duration or size among the settings. */
export type Limit = Label & { default: string } & (
    | { key: KeysOf<number>; min: number; max: number }
    | { key: KeysOf<string>; format: typeof durationFormat }
  );

export const limitSections: Array<{ title: string; limits: Limit[] }> = [
  {
    title: 'Connections',
    limits: [
      { key: 'poolSize', label: 'Connections per host', help: 'Most connections held to one host, 1 to 16.', default: '4', min: 1, max: 16 },
      { key: 'connectTimeout', label: 'Connect timeout', help: 'How long to wait for a host before the next one is tried, 1s to 60s.', default: '5s', format: durationFormat },
      { key: 'statementTimeout', label: 'Statement timeout', help: 'How long one database statement may run, 1s to 10m.', default: '30s', format: durationFormat },
      { key: 'idleEviction', label: 'Idle time', help: 'After this time without a question all connections are closed, 1m to 24h.', default: '30m', format: durationFormat },
    ],
  },
  {
    title: 'Freshness',
    limits: [
      { key: 'openRefresh', label: 'Open day refresh', help: 'How old the numbers of the running day may be, 1s to 10m.', default: '10s', format: durationFormat },
      { key: 'recentRefresh', label: 'Recent days refresh', help: 'How old the numbers of days within the late-row window may be, 10s to 24h.', default: '10m', format: durationFormat },
      { key: 'lookBack', label: 'Late rows (days)', help: 'Days before today that are read again because rows may arrive late, 0 to 60.', default: '7', min: 0, max: 60 },
      { key: 'moverLookBack', label: 'Name look-back (days)', help: 'Movers seen within so many days are offered for choosing, 1 to 7300.', default: '90', min: 1, max: 7300 },
      { key: 'lagWarning', label: 'Replay lag warning', help: 'A standby further behind the primary than this gets a notice on the panel, 1s to 7d.', default: '5m', format: durationFormat },
      { key: 'summaryWarning', label: 'Summary warning (days)', help: 'A daily summary that is so many days behind gets a warning on the panel, 1 to 365.', default: '2', min: 1, max: 365 },
    ],
  },
  {
    title: 'Limits',
    limits: [
      { key: 'maxSeries', label: 'Series per answer', help: 'A query that would give more series is refused, 1 to 2,000.', default: '500', min: 1, max: 2000 },
      { key: 'maxPoints', label: 'Values per answer', help: 'A query that would give more values is refused, 1,000 to 10,000,000.', default: '1000000', min: 1000, max: 10000000 },
      { key: 'cacheBytes', label: 'Cache size', help: 'Memory for kept numbers and running reads, 16MiB to 4GiB.', default: '64MiB', format: sizeFormat },
      { key: 'partialAfter', label: 'Partial answer after', help: 'A panel is then answered with what is there, 1s to 29s.', default: '20s', format: durationFormat },
    ],
  },
];

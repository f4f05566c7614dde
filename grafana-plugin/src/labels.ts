import { Catalog, Dataset, dimensionOf } from './catalog';
import { isOfBytes } from './fit';
import { Against, AnomalyView, CapacityView, Compare, Direction, EventKind, Filter, Gaps, QueryType, ReplicationView, RiskView, RowTable, Source, Stock, Total, Unit } from './types';

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
  queryType: {
    label: 'Ask for',
    help: 'Series draws a measure over time; forecast and anomalies tell what is to be expected and what was unusual; changes tells what a change is made of; risk ranks movers by what speaks for a failure; capacity tells when stocks run out; table lists tapes or drives; reconciliation compares the daily summary with individual transfers; replication shows how far the standby is behind.',
  },
  measure: {
    label: 'Measure',
    help: 'What is drawn; each choice says what it means, or what the database lacks for it.',
  },
  direction: {
    label: 'Direction',
    help: 'Read is tape to user, write is user to tape; “both” draws two series, “sum” adds them into one.',
  },
  unit: {
    label: 'Unit',
    help: 'MiB is 1,048,576 bytes, as Enstore’s own plots count; MB is 1,000,000 bytes, as WLCG reports count.',
  },
  groupBy: {
    label: 'Group by',
    help: 'One series for each combination of these; none of them gives the total.',
  },
  top: {
    label: 'Largest',
    help: 'Keep only so many of the largest apart, 1 to 500, and show all the others as one series “other”; empty keeps all apart.',
  },
  compare: {
    label: 'Compare',
    help: 'Draw each series a second time with the numbers of the period just before the one shown.',
  },
  runningTotal: {
    label: 'Running total',
    help: 'Each point adds up everything from the beginning of the time range.',
  },
  nullMovers: {
    label: 'Null movers',
    help: 'Count movers that throw data away (they serve tests) as well; Enstore’s plots leave them out.',
  },
  addFilter: {
    label: 'Filter',
    help: 'Restrict what counts by one more property; all filters apply together.',
  },
  step: {
    label: 'Step',
    help: 'The width of time that one point stands for; auto fits the panel. Days, weeks and months are those of the site’s time zone.',
  },
  source: {
    label: 'Source',
    help: 'Auto takes whole days from Enstore’s daily summary and the rest, today included, from the individual transfers.',
  },
  gaps: {
    label: 'Gaps',
    help: 'What a step in which nothing happened shows: zero, nothing, or zero only as far as the data reaches.',
  },
  legend: {
    label: 'Legend',
    help: 'Name of each series, for example {{mover}} {{direction}}; {{measure}} and {{unit}} are known too. Empty means automatic.',
  },
  live: {
    label: 'Live',
    help: 'Transfers appear as they happen, without a refresh, while the time range ends now.',
  },
  history: {
    label: 'Learn from',
    help: 'How far back from now is learnt, up to 7300d; of anomalies, empty means what suits the step.',
  },
  total: {
    label: 'Sum of groups',
    help: 'Forecast the sum of the groups too, or alone; its band comes from the errors that the sum made.',
  },
  falseAlarms: {
    label: 'False alarms',
    help: 'How many false alarms of one series in a month are tolerated, 0.01 to 100; fewer mean that only what is rarer is told.',
  },
  anomalyView: {
    label: 'View',
    help: 'Bands draw the values with what is usual; flags are 1, 0 or −1, for alert rules.',
  },
  against: {
    label: 'Against',
    help: 'The earlier period, of as many days, that the time range is compared with.',
  },
  riskView: {
    label: 'View',
    help: 'Ranking lists movers with the reasons, scores are for alert rules, suspects are drives and tapes that errors point to.',
  },
  halfLife: {
    label: 'Half-life',
    help: 'After this time an error counts half, 1d to 60d; four of them are looked at.',
  },
  stock: { label: 'Stock', help: 'What may run out: blank tapes, what is left of quotas, or free slots.' },
  capacityView: { label: 'View', help: 'The table has dates and a sentence for each stock, days are for alert rules.' },
  reserve: { label: 'Reserve', help: 'How much has to be left, 0 to 1000000.' },
  table: { label: 'Rows of', help: 'What is listed: tapes, or the drives that dismounted a tape within the past 92 days.' },
  sort: { label: 'Sort by', help: 'A column of the table. Rows without a value come last.' },
  descending: { label: 'Descending', help: 'Whether the largest value comes first.' },
  rows: { label: 'Rows', help: 'How many rows at most, 1 to 1000.' },
  leadTime: { label: 'Delivery', help: 'How long a delivery takes, 0s to 730d; the table says when to order.' },
  onlyDifferences: {
    label: 'Only differences',
    help: 'List only the days and movers on which the daily summary and the individual transfers do not agree.',
  },
  view: {
    label: 'View',
    help: 'Status lists each host as it is now; history draws the lag since the service began to watch.',
  },
  event: {
    label: 'Mark',
    help: 'What becomes an annotation on the panels of the dashboard.',
  },
  silence: {
    label: 'Silent for',
    help: 'A mover that worked, and then moved nothing for so long, is marked; 1h to 90d.',
  },
  lag: {
    label: 'Lag above',
    help: 'A standby that is further behind than this is marked, for example 10m; empty means the warning threshold of the data source.',
  },
  variableKind: { label: 'List', help: 'What the variable offers for choosing.' },
  variableDataset: { label: 'Seen in', help: 'Whose records must have the names.' },
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
    help: 'Only names seen within this time, for example 90d; a long one also lists what has been retired.',
  },
  variableFilter: {
    label: 'Seen with',
    help: 'Only names seen together with these, for example the library $library; a variable chosen here chains this one to it.',
  },
} satisfies Record<string, Label>;

export const typeChoices: Array<Choice<QueryType>> = [
  { value: 'series', label: 'Series', description: 'A measure over time' },
  { value: 'forecast', label: 'Forecast', description: 'What is to be expected, with bands; the time range ends in the future' },
  { value: 'anomalies', label: 'Anomalies', description: 'What was unusual' },
  { value: 'changes', label: 'Changes', description: 'What a change is made of, as a table' },
  { value: 'risk', label: 'Risk', description: 'Movers by what speaks for a failure soon' },
  { value: 'capacity', label: 'Capacity', description: 'When stocks run out' },
  { value: 'table', label: 'Table', description: 'Tapes or drives as they are now' },
  { value: 'reconciliation', label: 'Reconciliation', description: 'Daily summary compared with individual transfers' },
  { value: 'replication', label: 'Replication', description: 'How far the standby is behind' },
];

/** A choice that cannot be made now is shown with the reason. */
interface Entry extends Choice<string> {
  isDisabled?: boolean;
}

/** The measures as the groups of a list. One that is chosen already is among them even if it is not known. */
export function measureChoices(
  { datasets }: Catalog,
  chosen: string | undefined,
  onlySums: boolean
): Array<{ label: string; options: Entry[] }> {
  const entries = datasets.flatMap(({ name, measures, problem }) =>
    measures
      .filter(({ id, additive }) => additive || !onlySums || id === chosen)
      .map(({ id, name: label, help, available }) => ({
        name,
        entry: { value: id, label, ...(available ? { description: help } : { description: problem, isDisabled: true }) },
      }))
  );
  // Facts of one name may be booked in several ways, each of which is a dataset.
  const groups = [...new Set(entries.map(({ name }) => name))].map((label) => ({
    label,
    options: entries.filter(({ name }) => name === label).map(({ entry }) => entry),
  }));
  return chosen === undefined || groups.some(({ options }) => options.some(({ value }) => value === chosen))
    ? groups
    : [...groups, { label: 'Not known', options: [{ value: chosen, label: chosen }] }];
}

export const directionChoices: Array<Choice<Direction>> = [
  { value: 'read', label: 'Read' },
  { value: 'write', label: 'Write' },
  { value: 'both', label: 'Both' },
  { value: 'sum', label: 'Sum' },
];

/** What was done to files in that direction. */
export const directionWords: Record<Direction, string> = {
  read: 'read',
  write: 'written',
  both: 'read and written',
  sum: 'read plus written',
};

export const compareChoices: Array<Choice<Compare>> = [
  { value: 'none', label: 'Nothing' },
  { value: 'previousPeriod', label: 'Previous period' },
];

const unitNames: Record<Unit, string> = { bytes: 'B', MiB: 'MiB', MB: 'MB' };

/** The unit as it is written beside numbers of a measure; plain numbers have none. */
export function unitName(unit: Unit, ofMeasure: string): string | undefined {
  if (!isOfBytes(ofMeasure)) {
    return ofMeasure === 'none' ? undefined : ofMeasure === 'share' ? '%' : ofMeasure;
  }
  return ofMeasure === 'bytesPerSecond' ? `${unitNames[unit]}/s` : unitNames[unit];
}

export function unitChoices(ofMeasure: string): Array<Choice<Unit>> {
  const units: Unit[] = ['MiB', 'MB', 'bytes'];
  return units.map((unit) => ({ value: unit, label: unitName(unit, ofMeasure) ?? unitNames[unit] }));
}

/** What one row of the source is, for those of a dataset or, unless it is known, of any. */
export function sourceChoices(dataset: Dataset | undefined): Array<Choice<Source>> {
  const rows = dataset ? dataset.name.toLowerCase() : 'rows';
  const choices: Array<Choice<Source>> = [
    { value: 'auto', label: 'Auto', description: `Daily summary where it reaches, individual ${rows} for the rest` },
    { value: 'summary', label: 'Daily summary', description: 'Complete days only, quick over years' },
    { value: 'raw', label: `Individual ${rows}`, description: 'Exact to the minute, slow over months' },
  ];
  return choices.filter(({ value }) => dataset === undefined || dataset.sources.includes(value));
}

export const gapsChoices: Array<Choice<Gaps>> = [
  { value: 'notYet', label: 'Zero, as far as known', description: 'Nothing is 0, not yet known is empty' },
  { value: 'zero', label: 'Zero', description: 'Always 0' },
  { value: 'null', label: 'Empty', description: 'Always empty' },
];

export const totalChoices: Array<Choice<Total>> = [
  { value: 'none', label: 'No' },
  { value: 'also', label: 'Also' },
  { value: 'only', label: 'Only' },
];

export const anomalyViewChoices: Array<Choice<AnomalyView>> = [
  { value: 'bands', label: 'Bands', description: 'The values with what is usual' },
  { value: 'flags', label: 'Flags', description: 'Whether a value is unusual, for alert rules' },
];

export const againstChoices: Array<Choice<Against> & { words: string }> = [
  { value: 'before', label: 'Days before', words: 'the days before' },
  { value: 'weeksBefore', label: 'Weeks before', description: 'The same weekdays', words: 'the same weekdays before' },
  { value: 'yearBefore', label: 'Year before', description: 'The same weekdays, 52 weeks earlier', words: 'the same weekdays a year before' },
];

export const riskViewChoices: Array<Choice<RiskView> & { subject: string }> = [
  { value: 'ranking', label: 'Ranking', description: 'Movers with the reasons', subject: 'Movers by what speaks for a failure soon' },
  { value: 'scores', label: 'Scores', description: 'The scores alone, for alert rules', subject: 'Scores of what speaks for a failure of movers soon' },
  { value: 'suspects', label: 'Suspects', description: 'Drives and tapes that errors point to', subject: 'Drives and tapes that errors point to' },
];

export const stockChoices: Array<Choice<Stock> & { subject: string }> = [
  { value: 'blanks', label: 'Blank tapes', subject: 'When blank tapes run out' },
  { value: 'quotas', label: 'Quotas', subject: 'When quotas run out' },
  { value: 'slots', label: 'Slots', subject: 'When free slots run out' },
];

export const tableChoices: Array<Choice<RowTable> & { dimensions: string[]; columns: string[] }> = [
  {
    value: 'tapes',
    label: 'Tapes',
    dimensions: ['storageGroup', 'library', 'mediaType', 'volume'],
    columns: [
      'volume', 'library', 'mediaType', 'storageGroup', 'fileFamily', 'fill', 'capacity', 'remaining', 'activeBytes',
      'deletedBytes', 'mounts', 'lastAccess', 'systemInhibit0', 'systemInhibit1', 'writeProtected',
    ],
  },
  {
    value: 'drives',
    label: 'Drives',
    dimensions: ['mover', 'driveType', 'driveSerial', 'firmware', 'node'],
    columns: ['drive', 'mover', 'driveSerial', 'driveType', 'vendor', 'firmware', 'node', 'lastSeen'],
  },
];

export const capacityViewChoices: Array<Choice<CapacityView>> = [
  { value: 'table', label: 'Table', description: 'Dates and a sentence for each stock' },
  { value: 'days', label: 'Days', description: 'The days until the early date alone, for alert rules' },
];

export const viewChoices: Array<Choice<ReplicationView>> = [
  { value: 'status', label: 'Status', description: 'Each host as it is now' },
  { value: 'history', label: 'History', description: 'Lag over time, since the service began to watch' },
  { value: 'lagSeconds', label: 'Seconds', description: 'Its seconds alone, for alert rules' },
  { value: 'lagBytes', label: 'Bytes', description: 'Its bytes alone, for alert rules' },
];

export const eventChoices: Array<Choice<EventKind> & { subject: string }> = [
  {
    value: 'moverSilent',
    label: 'Mover silent',
    description: 'From a mover’s last transfer to its next',
    subject: 'Movers that fall silent',
  },
  {
    value: 'recordDay',
    label: 'Record day',
    description: 'Days that moved more bytes than any day before',
    subject: 'Days of record bytes',
  },
  {
    value: 'driveChange',
    label: 'Drive change',
    description: 'A mover comes back with another drive',
    subject: 'Changes of a mover’s drive',
  },
  {
    value: 'replicationLag',
    label: 'Replication lag',
    description: 'While the standby is too far behind, as long as the service has been watching',
    subject: 'Times of replication lag',
  },
  {
    value: 'anomaly',
    label: 'Anomaly',
    description: 'While a measure was unusually high or low',
    subject: 'Unusual values',
  },
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

/** A name as it begins a label. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function dimensionChoices(catalog: Catalog, dimensions: string[]): Array<Choice<string>> {
  return dimensions.map((id) => ({ value: id, label: capital(dimensionOf(catalog, id).name) }));
}

export type Condition = keyof Filter;

/** What a filter's condition is called between the dimension's name and its value. */
export const conditionChoices: Array<Choice<Condition>> = [
  { value: 'include', label: 'only', description: 'None of the others' },
  { value: 'exclude', label: 'without', description: 'All but these' },
  { value: 'match', label: 'matching', description: 'Regular expression that matches anywhere in the name' },
  { value: 'noMatch', label: 'not matching', description: 'Regular expression that matches nowhere in the name' },
];

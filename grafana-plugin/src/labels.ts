import { kindOf } from './fit';
import {
  Compare, Dimension, DIMENSIONS, Direction, EventKind, Filter, Gaps, Measure, MoverClass, QueryType,
  ReplicationView, Source, Unit, VariableKind,
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
  queryType: {
    label: 'Ask for',
    help: 'Series draws transfers over time; reconciliation compares the daily summary with single transfers; replication shows how far the standby is behind.',
  },
  measure: {
    label: 'Measure',
    help: 'What is drawn: bytes, the number of files, their mean size, or a rate; each choice says what it means.',
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
    help: 'Restrict the transfers by one more property; all filters apply together.',
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
  live: {
    label: 'Live',
    help: 'Transfers appear as they happen, without a refresh, while the time range ends now.',
  },
  onlyDifferences: {
    label: 'Only differences',
    help: 'List only the days and movers on which the daily summary and the single transfers do not agree.',
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
  variableFilter: {
    label: 'Seen with',
    help: 'Only names seen together with these, for example the library $library; a variable chosen here chains this one to it.',
  },
} satisfies Record<string, Label>;

export const typeChoices: Array<Choice<QueryType>> = [
  { value: 'series', label: 'Series', description: 'Transfers over time' },
  { value: 'reconciliation', label: 'Reconciliation', description: 'Daily summary against single transfers' },
  { value: 'replication', label: 'Replication', description: 'How far the standby is behind' },
];

interface MeasureWords {
  label: string;
  /** One sentence for the list of measures. */
  description: string;
  /** How a sentence about the query begins, by direction; %s stands for "read", "written" and the like. */
  subject: string;
}

export const measureWords: Record<Measure, MeasureWords> = {
  bytes: { label: 'Bytes', description: 'Bytes transferred in each step', subject: 'Bytes %s' },
  transfers: { label: 'Transfers', description: 'Number of files transferred in each step', subject: 'Files %s' },
  meanFileSize: { label: 'Mean file size', description: 'Bytes divided by files', subject: 'Mean size of files %s' },
  throughput: {
    label: 'Throughput',
    description: 'Bytes divided by the length of the step, idle time included',
    subject: 'Throughput of bytes %s',
  },
  driveRate: {
    label: 'Drive rate',
    description: 'Bytes divided by the time the drive moved them; files under 512 MiB left out',
    subject: 'Drive rate of files %s',
  },
  driveRateP50: {
    label: 'Drive rate, median',
    description: 'Half of the files were slower, half faster; within 1 %',
    subject: 'Median drive rate of files %s',
  },
  driveRateP95: {
    label: 'Drive rate, 95th percentile',
    description: '19 of 20 files were slower; within 1 %',
    subject: '95th percentile of the drive rate of files %s',
  },
  driveRateMax: {
    label: 'Drive rate, highest',
    description: 'The fastest file of each step',
    subject: 'Highest drive rate of files %s',
  },
  networkRate: {
    label: 'Network rate',
    description: 'Speed of the network half of the client’s copying',
    subject: 'Network rate of files %s',
  },
  diskRate: {
    label: 'Disk rate',
    description: 'Speed of the disk half of the client’s copying',
    subject: 'Disk rate of files %s',
  },
  transferRate: {
    label: 'Transfer rate',
    description: 'Speed of the data transfer as the client timed it',
    subject: 'Transfer rate of files %s',
  },
  overallRate: {
    label: 'Overall rate',
    description: 'Speed of all of a file’s handling once a mover is there; the queue before that left out',
    subject: 'Overall rate of files %s',
  },
};

const measureGroups: Array<[label: string, measures: Measure[]]> = [
  ['Amounts', ['bytes', 'transfers', 'meanFileSize']],
  ['Bytes over time', ['throughput']],
  ['Speed at the drive', ['driveRate', 'driveRateP50', 'driveRateP95', 'driveRateMax']],
  ['Speed as the client saw it', ['networkRate', 'diskRate', 'transferRate', 'overallRate']],
];

/** The measures as the groups of a list. */
export const measureChoices: Array<{ label: string; options: Array<Choice<Measure>> }> = measureGroups.map(
  ([label, measures]) => ({
    label,
    options: measures.map((value) => ({
      value,
      label: measureWords[value].label,
      description: measureWords[value].description,
    })),
  })
);

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

/** The unit as it is written beside numbers of the measure; files have none. */
export function unitName(unit: Unit, measure: Measure): string | undefined {
  switch (kindOf[measure]) {
    case 'count':
      return undefined;
    case 'amount':
    case 'size':
      return unitNames[unit];
    case 'rate':
    case 'speed':
      return `${unitNames[unit]}/s`;
  }
}

export function unitChoices(measure: Measure): Array<Choice<Unit>> {
  const units: Unit[] = ['MiB', 'MB', 'bytes'];
  return units.map((unit) => ({ value: unit, label: unitName(unit, measure) ?? unitNames[unit] }));
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

/** A name as it begins a label. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const dimensionChoices: Array<Choice<Dimension>> = DIMENSIONS.map((value) => ({
  value,
  label: capital(dimensionNames[value][0]),
}));

export type Condition = keyof Filter;

/** What a filter's condition is called between the dimension's name and its value. */
export const conditionChoices: Array<Choice<Condition>> = [
  { value: 'include', label: 'only', description: 'None of the others' },
  { value: 'exclude', label: 'without', description: 'All but these' },
  { value: 'match', label: 'matching', description: 'Regular expression that matches anywhere in the name' },
  { value: 'noMatch', label: 'not matching', description: 'Regular expression that matches nowhere in the name' },
];

export const kindChoices: Array<Choice<VariableKind>> = [
  { value: 'movers', label: 'Movers' },
  { value: 'storage-groups', label: 'Storage groups' },
  { value: 'libraries', label: 'Libraries' },
  { value: 'drive-types', label: 'Drive types' },
  { value: 'media-changers', label: 'Media changers' },
];

export const classChoices: Array<Choice<MoverClass>> = [
  { value: 'tape', label: 'Tape' },
  { value: 'disk', label: 'Disk' },
  { value: 'null', label: 'Null' },
];

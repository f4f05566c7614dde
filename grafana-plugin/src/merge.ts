import { DataFrame, Field, FieldType, toDataFrame } from '@grafana/data';

/**
 * Puts the rows of a change into a frame: rows of a time that is there already are replaced, others inserted in order,
 * and those that ended by `start`, in milliseconds since 1970, are dropped. The frame itself stays as it is.
 *
 * A change that knows less than the frame, by the instant up to which the numbers are complete, gives the frame back
 * unchanged; a change of other columns, or of another step, cannot be merged and gives undefined.
 */
export function merged(frame: DataFrame, change: DataFrame, start: number): DataFrame | undefined {
  if (asOf(change) < asOf(frame)) {
    return frame;
  }
  if (columnsOf(change) !== columnsOf(frame)) {
    return undefined;
  }
  const rows = rowsAfter(timesOf(frame), timesOf(change), start);
  const fields = frame.fields.map(({ name, type, config, labels, values }, column) => {
    const before = listed(values);
    const changed = listed(change.fields[column].values);
    return { name, type, config, labels, values: rows.map((row) => (row < 0 ? changed[~row] : before[row])) };
  });
  const custom = { ...frame.meta?.custom, ...change.meta?.custom };
  return toDataFrame({ name: frame.name, refId: frame.refId, meta: { ...frame.meta, custom }, fields, length: rows.length });
}

/** Whether a frame is of series over time, which changes can be merged into. */
export function isOverTime(frame: DataFrame): boolean {
  return frame.fields[0]?.type === FieldType.time;
}

/** The rows of the result in order of time: those of the frame by their index, those of the change by its complement. */
function rowsAfter(times: number[], changed: number[], start: number): number[] {
  const rowAt = new Map(times.map((time, row) => [time, row]));
  changed.forEach((time, row) => rowAt.set(time, ~row));
  const rows = [...rowAt].sort(([one], [other]) => one - other);
  // A row lasts until the next one begins; the last has no end yet.
  const first = rows.findIndex((_, row) => row === rows.length - 1 || rows[row + 1][0] > start);
  return rows.slice(Math.max(0, first)).map(([, row]) => row);
}

function columnsOf(frame: DataFrame): string {
  const columns = frame.fields.map(({ name, labels }) => [name, Object.entries(labels ?? {}).sort()]);
  return JSON.stringify([frame.meta?.custom?.step, columns]);
}

/** The instant up to which a frame's numbers are complete; frames that do not say are newer than nothing. */
function asOf({ meta }: DataFrame): number {
  const instant = Date.parse(meta?.custom?.asOf);
  return Number.isNaN(instant) ? -Infinity : instant;
}

function timesOf(frame: DataFrame): number[] {
  return listed(frame.fields[0]?.values) as number[];
}

/** Before Grafana 10.1 the values of a field are an object with the list inside. */
export function listed(values: Field['values'] | { toArray(): unknown[] } | undefined): unknown[] {
  return values === undefined ? [] : Array.isArray(values) ? values : values.toArray();
}

import { DataFrame, DataQueryResponse, toDataFrame } from '@grafana/data';

import { isOverTime, listed } from './merge';

/**
 * An answer without any value as one frame without fields, which has the notices of all. For that alone every panel
 * shows its text for no value: a graph of nothing but nulls is blank, of several empty frames Grafana 9 says that a
 * number field is missing, and a table of no rows shows its columns. Other answers stay as they are.
 */
export function asNothing(response: DataQueryResponse): DataQueryResponse {
  const frames: DataFrame[] = response.data;
  if (frames.length === 0 || !frames.every(isNothing)) {
    return response;
  }
  const [{ name, refId, meta }] = frames;
  const notices = new Map(frames.flatMap((frame) => frame.meta?.notices ?? []).map((notice) => [notice.text, notice]));
  return {
    ...response,
    data: [toDataFrame({ name, refId, meta: { ...meta, notices: [...notices.values()] }, fields: [] })],
  };
}

/** Of a frame over time the times alone say nothing. */
function isNothing(frame: DataFrame): boolean {
  const fields = isOverTime(frame) ? frame.fields.slice(1) : frame.fields;
  return fields.every(({ values }) => listed(values).every((value) => value === null));
}

// @vitest-environment jsdom
import './browser';

import { FieldType, LoadingState, toDataFrame } from '@grafana/data';
import { describe, expect, it } from 'vitest';

import { asNothing } from '../src/nothing';

const notice = (text: string) => ({ severity: 'info' as const, text });
const table = (names: string[]) => toDataFrame({ fields: [{ name: 'mover', type: FieldType.string, values: names }] });
const series = (refId: string, values: Array<number | null>, ...notices: string[]) =>
  toDataFrame({
    refId,
    meta: { notices: notices.map(notice) },
    fields: [
      { name: 'time', type: FieldType.time, values: values.map((_, index) => index) },
      { name: 'bytes', type: FieldType.number, values },
    ],
  });

describe('asNothing', () => {
  it('makes one frame without fields of several without a value, and keeps each notice once', () => {
    const data = [series('A', [], 'none of a', 'late'), series('B', [null, null], 'none of a'), series('C', [], 'none of c')];
    const answer = asNothing({ data, state: LoadingState.Done });
    expect(answer.state).toBe(LoadingState.Done);
    expect(answer.data).toHaveLength(1);
    expect(answer.data[0]).toMatchObject({ refId: 'A', length: 0, fields: [] });
    expect(answer.data[0].meta.notices).toEqual(['none of a', 'late', 'none of c'].map(notice));
  });

  it('takes the columns of a table that has no rows', () => {
    expect(asNothing({ data: [table([])] }).data[0].fields).toEqual([]);
  });

  it.each([
    ['a value', [series('A', []), series('B', [null, 0])]],
    ['a row', [table(['LTO8_001'])]],
    ['no frame', []],
  ])('leaves an answer with %s as it is', (_, data) => {
    const answer = { data };
    expect(asNothing(answer)).toBe(answer);
  });
});

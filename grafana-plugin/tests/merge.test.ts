// @vitest-environment jsdom
import { DataFrame, dataFrameFromJSON, FieldType, toDataFrame } from '@grafana/data';
import { describe, expect, it } from 'vitest';

import { isOverTime, merged } from '../src/merge';

const labels = { mover: 'LTO8_001', direction: 'read' };

function frame(times: number[], values: Array<number | null>, asOf?: string, columns = [{ name: 'bytes', labels }]): DataFrame {
  return toDataFrame({
    refId: 'A',
    name: 'series',
    meta: { type: 'timeseries-wide', notices: [{ severity: 'info', text: 'Kept.' }], custom: { step: '1m', asOf } },
    fields: [
      { name: 'time', type: FieldType.time, values: times },
      ...columns.map((column) => ({ ...column, type: FieldType.number, config: { unit: 'mbytes' }, values })),
    ],
  });
}

const rowsOf = (of: DataFrame | undefined) => of?.fields.map(({ values }) => [...values]);

describe('merged', () => {
  const early = '2026-11-23T10:00:00Z';
  const late = '2026-11-23T10:00:01.250Z';
  const before = frame([10, 20, 30], [1, 2, 3], early);

  it('adds rows behind the last', () => {
    expect(rowsOf(merged(before, frame([40, 50], [4, 5], late), 0))).toEqual([[10, 20, 30, 40, 50], [1, 2, 3, 4, 5]]);
  });

  it('replaces rows of a time that is there', () => {
    expect(rowsOf(merged(before, frame([20, 30], [22, null], late), 0))).toEqual([[10, 20, 30], [1, 22, null]]);
  });

  it('inserts rows in order of time, whatever the order they come in', () => {
    expect(rowsOf(merged(before, frame([40, 25, 5], [4, 2.5, 0.5], late), 0))).toEqual([
      [5, 10, 20, 25, 30, 40],
      [0.5, 1, 2, 2.5, 3, 4],
    ]);
  });

  it('replaces and adds at once, leaving the frame itself as it was', () => {
    expect(rowsOf(merged(before, frame([30, 40], [33, 4], late), 0))).toEqual([[10, 20, 30, 40], [1, 2, 33, 4]]);
    expect(rowsOf(before)).toEqual([[10, 20, 30], [1, 2, 3]]);
  });

  it('keeps what else the frame says, and takes on how far the change knows', () => {
    const result = merged(before, frame([40], [4], late), 0);
    expect(result).toMatchObject({ refId: 'A', name: 'series', length: 4 });
    expect(result?.meta).toMatchObject({ type: 'timeseries-wide', notices: [{ text: 'Kept.' }], custom: { step: '1m', asOf: late } });
    expect(result?.fields[1]).toMatchObject({ name: 'bytes', type: FieldType.number, config: { unit: 'mbytes' }, labels });
  });

  it('drops rows that ended before the time range, not the one it begins in', () => {
    const change = frame([40], [4], late);
    expect(rowsOf(merged(before, change, 19))).toEqual([[10, 20, 30, 40], [1, 2, 3, 4]]);
    expect(rowsOf(merged(before, change, 20))).toEqual([[20, 30, 40], [2, 3, 4]]);
    expect(rowsOf(merged(before, change, 29))).toEqual([[20, 30, 40], [2, 3, 4]]);
    expect(rowsOf(merged(before, change, 1000))).toEqual([[40], [4]]);
  });

  it('leaves the frame alone when the change knows less', () => {
    const known = frame([10], [7], late);
    expect(merged(known, frame([10], [1], early), 0)).toBe(known);
    expect(rowsOf(merged(known, frame([10], [8], late), 0))).toEqual([[10], [8]]);
  });

  it('compares instants, not texts', () => {
    const known = frame([10], [7], '2026-11-23T10:00:01Z');
    expect(rowsOf(merged(known, frame([10], [8], '2026-11-23T10:00:01.500123Z'), 0))).toEqual([[10], [8]]);
    expect(merged(known, frame([10], [8], '2026-11-23T10:00:00.900Z'), 0)).toBe(known);
  });

  it('takes any change for new where the frame does not say how far it knows', () => {
    expect(rowsOf(merged(frame([10], [7]), frame([10], [8], early), 0))).toEqual([[10], [8]]);
  });

  it.each([
    ['another name', [{ name: 'files', labels }]],
    ['other labels', [{ name: 'bytes', labels: { ...labels, mover: 'LTO8_002' } }]],
    ['one more', [{ name: 'bytes', labels }, { name: 'bytes', labels: { ...labels, direction: 'write' } }]],
    ['none', []],
  ])('cannot merge a change of other columns: %s', (_, columns) => {
    expect(merged(before, frame([40], [4], late, columns), 0)).toBeUndefined();
  });

  it('takes labels of another order for the same', () => {
    const turned = [{ name: 'bytes', labels: { direction: 'read', mover: 'LTO8_001' } }];
    expect(rowsOf(merged(before, frame([40], [4], late, turned), 0))?.[0]).toEqual([10, 20, 30, 40]);
  });

  it('merges into a frame without rows, and a change without rows', () => {
    const empty = frame([], [], early);
    expect(rowsOf(merged(empty, frame([40], [4], late), 0))).toEqual([[40], [4]]);
    expect(rowsOf(merged(empty, frame([], [], late), 0))).toEqual([[], []]);
  });

  it('reads fields that hold their values as Grafana 9 does', () => {
    const old = {
      ...before,
      fields: before.fields.map((field) => {
        const list = [...field.values];
        return { ...field, values: { length: list.length, get: (row: number) => list[row], toArray: () => list } as any };
      }),
    };
    expect(rowsOf(merged(old, frame([40], [4], late), 0))).toEqual([[10, 20, 30, 40], [1, 2, 3, 4]]);
  });

  it('reads changes as they come over a channel', () => {
    const change = dataFrameFromJSON({
      schema: {
        meta: { custom: { step: '1m', asOf: late } },
        fields: [{ name: 'time', type: FieldType.time }, { name: 'bytes', type: FieldType.number, labels }],
      },
      data: { values: [[30], [3.5]] },
    });
    expect(rowsOf(merged(before, change, 0))).toEqual([[10, 20, 30], [1, 2, 3.5]]);
  });

  it('does not mix buckets of two steps', () => {
    const wider = frame([30], [3], late);
    wider.meta!.custom!.step = '5m';
    expect(merged(before, wider, 0)).toBeUndefined();
  });
});

describe('isOverTime', () => {
  it('is true of series only', () => {
    expect(isOverTime(frame([1], [1]))).toBe(true);
    expect(isOverTime(toDataFrame({ fields: [{ name: 'mover', type: FieldType.string, values: ['a'] }] }))).toBe(false);
    expect(isOverTime(toDataFrame({ fields: [] }))).toBe(false);
  });
});

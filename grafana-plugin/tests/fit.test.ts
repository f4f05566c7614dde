import { describe, expect, it } from 'vitest';

import { UNKNOWN } from '../src/catalog';
import { asEvents, fits, fitted, isLive, ofType, pruned, typeOf, withMeasure } from '../src/fit';
import { EnstoreQuery } from '../src/types';
import { catalog, wider } from './catalog';

const query = (part: Partial<EnstoreQuery>): EnstoreQuery => ({ refId: 'A', version: 1, ...part });

describe('fits', () => {
  it('tells by the measure what has a unit, a running total, gaps or a summary', () => {
    const measures = catalog.datasets[0].measures.map(({ id }) => id);
    const having = (name: 'unit' | 'runningTotal' | 'gaps' | 'source') =>
      measures.filter((measure) => fits(query({ measure }), catalog)[name]);
    expect(having('unit')).toEqual(measures.filter((measure) => measure !== 'transfers'));
    expect(having('runningTotal')).toEqual(['bytes', 'transfers']);
    expect(having('gaps')).toEqual(['bytes', 'throughput', 'transfers']);
    expect(having('source')).toEqual(['bytes', 'throughput']);
  });

  it('tells by the dataset what has directions and null movers', () => {
    expect(fits(query({ measure: 'bytes' }), wider)).toMatchObject({ direction: true, nullMovers: true, unit: true });
    expect(fits(query({ measure: 'delay' }), wider)).toEqual({
      direction: false, nullMovers: false, unit: false, runningTotal: false, total: false, top: true, gaps: false, source: false,
    });
  });

  it('leaves everything to a query of which nothing is known', () => {
    expect(Object.values(fits(query({ measure: 'bytes' }), UNKNOWN))).not.toContain(false);
    expect(fits(query({ measure: 'bytes', groupBy: [] }), UNKNOWN).top).toBe(false);
  });

  it('offers a choice of source only while the summary could answer', () => {
    expect(fits(query({ groupBy: ['mover', 'moverClass'] }), catalog).source).toBe(true);
    expect(fits(query({ groupBy: ['library'] }), catalog).source).toBe(false);
    expect(fits(query({ filters: { storageGroup: { include: ['cms'] } } }), catalog).source).toBe(false);
  });
});

describe('fitted', () => {
  it('drops what would be refused after a change', () => {
    const full = { runningTotal: true, top: 5, source: 'summary' } as const;
    expect(fitted(query(full), catalog)).toEqual(query(full));
    expect(fitted(query({ ...full, measure: 'driveRate' }), catalog)).toEqual(query({ measure: 'driveRate', top: 5 }));
    expect(fitted(query({ ...full, groupBy: [] }), catalog)).toEqual(query({ groupBy: [], runningTotal: true, source: 'summary' }));
    expect(fitted(query({ source: 'raw', groupBy: ['library'] }), catalog)).toEqual(query({ source: 'raw', groupBy: ['library'] }));
  });
});

describe('withMeasure', () => {
  it('keeps every choice that a measure of the same dataset has as well', () => {
    const saved = query({ groupBy: ['library'], filters: { mover: { include: ['a'] } }, direction: 'read', unit: 'bytes' });
    expect(withMeasure(saved, 'transfers', wider)).toEqual({
      refId: 'A', version: 1, groupBy: ['library'], filters: { mover: { include: ['a'] } }, direction: 'read', measure: 'transfers',
    });
  });

  it('drops what a measure of another dataset does not have', () => {
    const saved = query({
      groupBy: ['library', 'mover'], top: 5, direction: 'read', includeNullMovers: true, unit: 'bytes', source: 'summary', runningTotal: true,
      step: '1d', filters: { mover: { include: ['a'] }, library: { match: 'L' } },
    });
    expect(withMeasure(saved, 'mishaps', wider)).toEqual(
      query({ measure: 'mishaps', groupBy: ['mover'], top: 5, runningTotal: true, step: '1d', filters: { mover: { include: ['a'] } } })
    );
    expect(withMeasure(query({ groupBy: ['library'], top: 5 }), 'mishaps', wider)).toEqual(query({ measure: 'mishaps', groupBy: [] }));
  });

  it('groups as the other dataset is grouped by default where the query was so', () => {
    for (const groupBy of [undefined, ['mover']]) {
      expect(withMeasure(query({ ...(groupBy && { groupBy }), top: 10 }), 'mishaps', wider)).toEqual(
        query({ measure: 'mishaps', groupBy: ['kind'], top: 10 })
      );
    }
    expect(withMeasure(query({ measure: 'delay' }), 'bytes', wider)).toEqual(query({ measure: 'bytes', groupBy: ['mover'] }));
  });

  it('changes nothing but the measure as long as nothing is known', () => {
    const saved = query({ groupBy: ['robot'], direction: 'read', runningTotal: true });
    expect(withMeasure(saved, 'mishaps', UNKNOWN)).toEqual({ ...saved, measure: 'mishaps' });
  });
});

describe('kinds of queries', () => {
  it('takes an empty or unknown kind for series', () => {
    expect([undefined, '', 'series', 'replication', 'timeSeriesQuery'].map((queryType) => typeOf(query({ queryType })))).toEqual([
      'series', 'series', 'series', 'replication', 'series',
    ]);
  });

  it('drops the keys of other kinds, and leaves unknown ones for the backend to name', () => {
    const saved = { ...query({ queryType: 'replication', view: 'history', measure: 'bytes', groupBy: [] }), misspelt: 1, hide: true };
    expect(pruned(saved)).toEqual({ refId: 'A', version: 1, queryType: 'replication', view: 'history', misspelt: 1, hide: true });
    expect(pruned(query({ measure: 'bytes', view: 'history' }))).toEqual(query({ measure: 'bytes' }));
  });

  it('keeps the filter of movers in a reconciliation', () => {
    const mover = { include: ['a'] };
    const saved = query({ measure: 'bytes', includeNullMovers: true, filters: { mover, library: { include: ['L'] } } });
    expect(ofType(saved, 'reconciliation', catalog)).toEqual(query({ queryType: 'reconciliation', filters: { mover } }));
    expect(ofType(query({ filters: { mover } }), 'replication', catalog)).toEqual(query({ queryType: 'replication' }));
  });

  it('leaves to the default what is one word with other values elsewhere', () => {
    const saved = query({ queryType: 'replication', view: 'history' });
    expect(ofType(saved, 'anomalies', catalog)).toEqual(query({ queryType: 'anomalies' }));
    const forecast = query({ queryType: 'forecast', step: '1M', history: '28d', groupBy: ['library'], unit: 'MB', total: 'only' });
    expect(ofType(forecast, 'anomalies', catalog)).toEqual(query({ queryType: 'anomalies', unit: 'MB' }));
    expect(ofType(forecast, 'changes', catalog)).toEqual(query({ queryType: 'changes', groupBy: ['library'] }));
    expect(withMeasure(query({ queryType: 'changes', groupBy: ['library'] }), 'mishaps', wider).groupBy).toEqual(['kind']);
  });

  it('keeps what says which anomalies mark a graph', () => {
    const saved = query({ queryType: 'annotations', event: 'anomaly', measure: 'throughput', step: '1h', silence: '1d' });
    expect(asEvents(saved)).toEqual(query({ queryType: 'annotations', event: 'anomaly', measure: 'throughput', step: '1h' }));
    expect(asEvents({ ...saved, event: 'recordDay' })).toEqual(query({ queryType: 'annotations', event: 'recordDay', silence: '1d' }));
  });

  it('makes a query for events of what Grafana starts with', () => {
    expect(asEvents(undefined)).toEqual({ refId: 'Anno', version: 1, queryType: 'annotations' });
    expect(asEvents(query({ measure: 'bytes', event: 'recordDay' }))).toEqual(query({ queryType: 'annotations', event: 'recordDay' }));
  });
});

describe('isLive', () => {
  it('is for series in a time range that ends now', () => {
    expect(isLive(query({ live: true }), 'now')).toBe(true);
    expect(isLive(query({ live: true, queryType: 'series' }), 'now')).toBe(true);
    expect(isLive(query({ live: true, queryType: 'replication' }), 'now')).toBe(false);
    expect([false, undefined].map((live) => isLive(query({ live }), 'now'))).toEqual([false, false]);
    expect(['now-5m', 'now/d', new Date(0), undefined].map((end) => isLive(query({ live: true }), end))).toEqual([
      false, false, false, false,
    ]);
  });

  it('is not for numbers that begin with the time range', () => {
    expect(isLive(query({ live: true, runningTotal: true }), 'now')).toBe(false);
    expect(isLive(query({ live: true, compare: 'previousPeriod' }), 'now')).toBe(false);
    expect(isLive(query({ live: true, compare: 'none', runningTotal: false }), 'now')).toBe(true);
  });
});

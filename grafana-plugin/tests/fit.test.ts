import { describe, expect, it } from 'vitest';

import { asEvents, fits, fitted, isLive, ofType, pruned, typeOf } from '../src/fit';
import { EnstoreQuery, MEASURES } from '../src/types';

const query = (part: Partial<EnstoreQuery>): EnstoreQuery => ({ refId: 'A', version: 1, ...part });

describe('fits', () => {
  it('gives every measure a step but not every measure a unit, a running total or the summary', () => {
    const having = (name: 'unit' | 'runningTotal' | 'gaps' | 'source') => MEASURES.filter((measure) => fits(query({ measure }))[name]);
    expect(having('unit')).toEqual(MEASURES.filter((measure) => measure !== 'transfers'));
    expect(having('runningTotal')).toEqual(['bytes', 'transfers']);
    expect(having('gaps')).toEqual(['bytes', 'throughput', 'transfers']);
    expect(having('source')).toEqual(['bytes', 'throughput']);
  });

  it('offers a choice of source only while the summary could answer', () => {
    expect(fits(query({ groupBy: ['mover', 'moverClass'] })).source).toBe(true);
    expect(fits(query({ groupBy: ['library'] })).source).toBe(false);
    expect(fits(query({ filters: { storageGroup: { include: ['cms'] } } })).source).toBe(false);
  });
});

describe('fitted', () => {
  it('drops what would be refused after a change', () => {
    const full = { runningTotal: true, top: 5, source: 'summary' } as const;
    expect(fitted(query(full))).toEqual(query(full));
    expect(fitted(query({ ...full, measure: 'driveRate' }))).toEqual(query({ measure: 'driveRate', top: 5 }));
    expect(fitted(query({ ...full, groupBy: [] }))).toEqual(query({ groupBy: [], runningTotal: true, source: 'summary' }));
    expect(fitted(query({ source: 'raw', groupBy: ['library'] }))).toEqual(query({ source: 'raw', groupBy: ['library'] }));
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
    expect(ofType(saved, 'reconciliation')).toEqual(query({ queryType: 'reconciliation', filters: { mover } }));
    expect(ofType(query({ filters: { mover } }), 'replication')).toEqual(query({ queryType: 'replication' }));
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

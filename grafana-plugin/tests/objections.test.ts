import { describe, expect, it } from 'vitest';

import { UNKNOWN } from '../src/catalog';
import { isUnderADay, objections, remarks } from '../src/objections';
import { EnstoreQuery } from '../src/types';
import { catalog, lacking, wider } from './catalog';

const against = (query: Partial<EnstoreQuery>) => objections({ refId: 'A', ...query }, catalog);
const about = (query: Partial<EnstoreQuery>) => remarks({ refId: 'A', ...query }, catalog);

describe('objections', () => {
  it('has none against the defaults', () => {
    expect(against({})).toEqual([]);
  });

  it('has none against the summary with days or an automatic step', () => {
    expect(against({ source: 'summary' })).toEqual([]);
    expect(against({ source: 'summary', step: '1d' })).toEqual([]);
    expect(against({ source: 'summary', step: '1M' })).toEqual([]);
    expect(against({ source: 'summary', step: '$step' })).toEqual([]);
  });

  it('objects to dimensions the summary does not know', () => {
    const filters = { storageGroup: { include: ['cms'] }, library: { match: 'T$' } };
    expect(against({ source: 'summary', filters })).toEqual([expect.stringContaining('storage groups or libraries')]);
    expect(against({ source: 'auto', filters })).toEqual([]);
  });

  it.each(['(', '[a', 'a(?=b)', '(?<!x)y', '(a)\\1'])('objects to the expression %s', (match) => {
    expect(against({ filters: { mover: { match } } })).toEqual([expect.stringContaining(match)]);
    expect(against({ filters: { library: { noMatch: match } } })).toEqual([expect.stringContaining('libraries')]);
  });

  it.each(['^LTO8', '(?i)lto', '(?P<drive>L8)', 'LTO$', '$mover(', '${mover:regex}('])('lets the expression %s pass', (match) => {
    expect(against({ filters: { mover: { match } } })).toEqual([]);
  });

  it('objects to measures the summary does not hold', () => {
    expect(against({ source: 'summary', measure: 'transfers' })).toEqual([expect.stringContaining('“Transfers”')]);
    expect(against({ source: 'summary', measure: 'driveRate' })).toHaveLength(1);
    expect(against({ source: 'summary', measure: 'throughput' })).toEqual([]);
    expect(against({ source: 'auto', measure: 'driveRateMax' })).toEqual([]);
  });

  it('objects to a running total of what cannot be added up', () => {
    expect(against({ runningTotal: true })).toEqual([]);
    expect(against({ runningTotal: true, measure: 'transfers' })).toEqual([]);
    expect(against({ runningTotal: true, measure: 'throughput' })).toEqual([expect.stringContaining('“Throughput” cannot be added up')]);
  });

  it('objects to what the dataset of the measure does not have', () => {
    const wide = (query: Partial<EnstoreQuery>) => objections({ refId: 'A', ...query }, wider);
    expect(wide({ measure: 'mishaps', groupBy: ['kind'], filters: { tape: { match: 'V' } } })).toEqual([]);
    expect(wide({ measure: 'mishaps', groupBy: ['library'] })).toEqual(['Mishaps are not told apart by libraries: remove that choice.']);
    expect(wide({ measure: 'robots' })).toEqual(['The measure “robots” is not known: choose one of the list.']);
  });

  it('objects with the right to grant to what the database lacks', () => {
    expect(objections({ refId: 'A', measure: 'delay' }, lacking)).toEqual([expect.stringContaining('GRANT SELECT')]);
    expect(objections({ refId: 'A' }, lacking)).toEqual([]);
  });

  it('has none as long as nothing is known', () => {
    expect(objections({ refId: 'A', measure: 'delay', groupBy: ['robot'], runningTotal: true }, UNKNOWN)).toEqual([]);
  });

  it('objects to a number of largest that makes no sense', () => {
    expect(against({ top: 500 })).toEqual([]);
    expect(against({ top: 0, groupBy: [] })).toEqual([]);
    expect(against({ top: 5, groupBy: [] })).toEqual([expect.stringContaining('choose a group')]);
    for (const top of [501, -1, 2.5]) {
      expect(against({ top })).toEqual([expect.stringContaining('up to 500')]);
    }
  });

  it('objects to forecasts, anomalies and changes that cannot be', () => {
    for (const queryType of ['forecast', 'anomalies', 'changes']) {
      expect(against({ queryType }), queryType).toEqual([]);
    }
    expect(against({ queryType: 'forecast', total: 'only' })).toEqual([expect.stringContaining('“Sum of groups” needs groups')]);
    expect(against({ queryType: 'forecast', history: '14d' })).toEqual([expect.stringContaining('28d to 7300d')]);
    expect(against({ queryType: 'forecast', history: '' })).toHaveLength(1);
    expect(against({ queryType: 'anomalies', history: '14d' })).toEqual([]);
    expect(against({ queryType: 'anomalies', history: '13d', falseAlarms: 0 })).toHaveLength(2);
    expect(against({ queryType: 'changes', measure: 'driveRate' })).toEqual([expect.stringContaining('cannot be added up')]);
    expect(against({ queryType: 'changes', groupBy: [] })).toEqual([expect.stringContaining('one group, or by two')]);
    expect(against({ queryType: 'annotations', event: 'anomaly', falseAlarms: 101 })).toEqual([expect.stringContaining('0.01 to 100')]);
  });

  it('objects to stocks that cannot be looked at', () => {
    expect(against({ queryType: 'capacity', stock: 'quotas', filters: { library: { match: 'L' } }, leadTime: '0s' })).toEqual([]);
    expect(against({ queryType: 'capacity', filters: { mover: { match: 'L' } } })).toEqual([expect.stringContaining('told apart by movers')]);
    expect(against({ queryType: 'capacity', reserve: -1, leadTime: '731d', history: '27d' })).toHaveLength(3);
  });

  it('refuses too many rows, and none', () => {
    expect(against({ queryType: 'table', table: 'drives', rows: 1000 })).toEqual([]);
    for (const rows of [0, 1001, 1.5]) {
      expect(against({ queryType: 'table', rows })).toEqual([expect.stringContaining('“Rows” must be a whole number')]);
    }
  });

  it('objects to a reconciliation by anything but movers', () => {
    expect(against({ queryType: 'reconciliation', filters: { mover: { include: ['a'] } } })).toEqual([]);
    expect(against({ queryType: 'reconciliation', filters: { library: { include: ['a'] } } })).toEqual([
      expect.stringContaining('remove libraries'),
    ]);
  });

  it('objects to times out of range in annotations', () => {
    const silent = (silence: string) => against({ queryType: 'annotations', event: 'moverSilent', silence });
    expect(['1h', '90d', '36h', '$silence'].flatMap(silent)).toEqual([]);
    for (const time of ['59m', '91d', '7', 'a day']) {
      expect(silent(time), time).toEqual([expect.stringContaining('1h to 90d')]);
    }
    const behind = (lag: string) => against({ queryType: 'annotations', event: 'replicationLag', lag });
    expect(['', '1s', '7d', '5m'].flatMap(behind)).toEqual([]);
    expect(behind('8d')).toEqual([expect.stringContaining('1s to 7d')]);
  });
});

describe('remarks', () => {
  it('tells that live needs a range that ends now', () => {
    const live = (rangeEnd?: unknown) => remarks({ refId: 'A', live: true }, catalog, rangeEnd);
    expect([live(), live('now')]).toEqual([[], []]);
    expect(live('now-1d')).toEqual([expect.stringContaining('ends now')]);
    expect(remarks({ refId: 'A', live: true, runningTotal: true }, catalog)).toEqual([expect.stringContaining('never live')]);
    expect(remarks({ refId: 'A' }, catalog, 'now-1d')).toEqual([]);
  });

  it('has none about the defaults or other kinds of queries', () => {
    expect(about({})).toEqual([]);
    expect(about({ queryType: 'replication' })).toEqual([]);
  });

  it('tells what can be answered in part alone', () => {
    const [first, second] = lacking.datasets;
    const partly = { ...lacking, datasets: [{ ...first, problem: second.problem }, second] };
    expect(remarks({ refId: 'A' }, partly)).toEqual([second.problem]);
  });

  it('tells that the summary has no steps under a day', () => {
    expect(about({ source: 'summary', step: '1h' })).toEqual([expect.stringContaining('one day')]);
    expect(about({ source: 'raw', step: '1h' })).toEqual([]);
  });

  it('tells which words of the legend will stay empty', () => {
    expect(about({ legend: '{{mover}} {{ direction }} {{unit}} {{measure}}' })).toEqual([]);
    expect(about({ legend: '{{library}}' })).toEqual([expect.stringContaining('{{library}}')]);
    expect(about({ legend: '{{mover}}', groupBy: [] })).toEqual([expect.stringContaining('{{mover}}')]);
    expect(about({ legend: '{{forecast}}', queryType: 'forecast' })).toEqual([]);
    expect(about({ legend: '{{period}}' })).toHaveLength(1);
    expect(about({ legend: '{{period}}', compare: 'previousPeriod' })).toEqual([]);
  });
});

describe('isUnderADay', () => {
  it.each(['1m', '30m', '12h', '23h', '90s', '86399s'])('says yes to %s', (step) => {
    expect(isUnderADay(step)).toBe(true);
  });

  it.each(['24h', '36h', '1440m', '1d', '2d', '1w', '1M', '1Q', '1y', 'auto', '$step'])('says no to %s', (step) => {
    expect(isUnderADay(step)).toBe(false);
  });
});

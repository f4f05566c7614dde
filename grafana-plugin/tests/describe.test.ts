import { describe as group, expect, it } from 'vitest';

import { describe, describeVariable } from '../src/describe';
import { EnstoreQuery, EnstoreVariableQuery, MEASURES } from '../src/types';

const saying = (query: Partial<EnstoreQuery>) => describe({ refId: 'A', ...query });

group('describe', () => {
  it('says the defaults of an empty query', () => {
    expect(saying({})).toBe('Bytes read and written per mover, in steps that fit the panel, MiB');
  });

  it.each([
    [{ direction: 'read', step: '1d' }, 'Bytes read per mover, daily, MiB'],
    [{ direction: 'read', step: '1m', live: true }, 'Bytes read per mover, every minute, MiB, live'],
    [{ direction: 'write', step: '15m', unit: 'bytes' }, 'Bytes written per mover, every 15 minutes, B'],
    [{ direction: 'sum', groupBy: [], step: '1M', unit: 'MB' }, 'Bytes read plus written in total, monthly, MB'],
    [{ measure: 'throughput', direction: 'read', step: '1h' }, 'Throughput of bytes read per mover, hourly, MiB/s'],
    [{ measure: 'throughput', unit: 'bytes', step: '6h' }, 'Throughput of bytes read and written per mover, every 6 hours, B/s'],
    [{ groupBy: ['storageGroup', 'library'], step: '1w' }, 'Bytes read and written per storage group and library, weekly, MiB'],
    [{ step: '45m', source: 'raw' }, 'Bytes read and written per mover, every 45 minutes, from single transfers, MiB'],
    [{ step: '1y', source: 'summary' }, 'Bytes read and written per mover, yearly, from the daily summary, MiB'],
    [{ measure: 'transfers', direction: 'read', groupBy: ['driveType'], step: '1d' }, 'Files read per drive type, daily'],
    [{ measure: 'meanFileSize', direction: 'write', step: '1w', unit: 'MB' }, 'Mean size of files written per mover, weekly, MB'],
    [
      { measure: 'driveRateP95', direction: 'read', groupBy: [], step: '1d' },
      '95th percentile of the drive rate of files read in total, daily, MiB/s',
    ],
    [{ top: 5, direction: 'sum', step: '1d' }, 'Bytes read plus written per mover, the 5 largest and the others together, daily, MiB'],
    [{ top: 1, direction: 'read', step: '1d' }, 'Bytes read per mover, the largest and the others together, daily, MiB'],
    [
      { direction: 'read', groupBy: [], step: '1d', runningTotal: true, compare: 'previousPeriod' },
      'Bytes read in total, daily, as a running total, beside the period before, MiB',
    ],
    [{ queryType: 'reconciliation' }, 'Days on which the daily summary and the single transfers of a mover differ'],
    [
      { queryType: 'reconciliation', onlyDifferences: false, includeNullMovers: false, filters: { mover: { match: '^L8' } } },
      'Daily summary and single transfers per mover and day, movers matching “^L8”, null movers left out',
    ],
    [{ queryType: 'replication' }, 'State of replication on each host'],
    [{ queryType: 'replication', view: 'history' }, 'Replication lag of each host over time'],
    [{ queryType: 'replication', view: 'lagSeconds' }, 'Replication lag of each host over time, in seconds'],
    [{ queryType: 'replication', view: 'lagBytes' }, 'Replication lag of each host over time, in bytes'],
    [{ queryType: 'annotations' }, 'Movers that fall silent, for 1d'],
    [{ queryType: 'annotations', event: 'replicationLag' }, 'Times of replication lag, above the warning threshold'],
    [{ queryType: 'annotations', event: 'replicationLag', lag: '10m' }, 'Times of replication lag, above 10m'],
    [{ queryType: 'annotations', event: 'recordDay', filters: { library: { include: ['L'] } } }, 'Days of record bytes, only library L'],
    [{ step: '1d', includeNullMovers: true }, 'Bytes read and written per mover, null movers counted, daily, MiB'],
  ] as Array<[Partial<EnstoreQuery>, string]>)('says %j', (query, sentence) => {
    expect(saying(query)).toBe(sentence);
  });

  it('names what is let through of each dimension', () => {
    expect(
      saying({
        step: '1d',
        filters: {
          mover: { include: ['LTO8_001', 'LTO8_002'], match: '^LTO', noMatch: 'T$' },
          storageGroup: { include: ['cms'], exclude: ['test'] },
        },
      })
    ).toBe(
      'Bytes read and written per mover, only movers LTO8_001 and LTO8_002, movers matching “^LTO”, ' +
        'without movers matching “T$”, only storage group cms, without storage group test, daily, MiB'
    );
  });

  it('counts the names of a long list', () => {
    const include = ['a', 'b', 'c', 'd', 'e'];
    expect(saying({ filters: { mover: { include } } })).toContain('only movers a, b, c and 2 more,');
    expect(saying({ filters: { mover: { include: include.slice(0, 4) } } })).toContain('only movers a, b, c and d,');
  });

  it('has words for every measure, and shows one it does not know', () => {
    for (const measure of MEASURES) {
      expect(saying({ measure, direction: 'read' })).toMatch(/ read per mover, /);
    }
    expect(saying({ measure: 'mounts' as any, groupBy: ['robot' as any], step: '1d' })).toBe('mounts per robot, daily');
  });
});

group('describeVariable', () => {
  const saying = (query: Partial<EnstoreVariableQuery>) => describeVariable({ refId: 'V', ...query });

  it.each([
    [{}, 'Movers, tape and disk, seen within 90d'],
    [{ kind: 'libraries', match: '^CD', lookBack: '' }, 'Libraries, matching “^CD”'],
    [{ kind: 'movers', classes: ['tape'], filters: { library: { include: ['$library'] } } }, 'Movers, tape, only library $library, seen within 90d'],
  ] as Array<[Partial<EnstoreVariableQuery>, string]>)('says %j', (query, sentence) => {
    expect(saying(query)).toBe(sentence);
  });
});

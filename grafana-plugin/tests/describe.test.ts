import { describe as group, expect, it } from 'vitest';

import { UNKNOWN } from '../src/catalog';
import { describe, describeVariable } from '../src/describe';
import { EnstoreQuery, EnstoreVariableQuery } from '../src/types';
import { catalog, wider } from './catalog';

const saying = (query: Partial<EnstoreQuery>) => describe({ refId: 'A', ...query }, catalog);

group('describe', () => {
  it('says the defaults of an empty query', () => {
    expect(saying({})).toBe('Bytes per mover, read and written, in steps that fit the panel, MiB');
  });

  it.each([
    [{ direction: 'read', step: '1d' }, 'Bytes per mover, read, daily, MiB'],
    [{ direction: 'read', step: '1m', live: true }, 'Bytes per mover, read, every minute, MiB, live'],
    [{ direction: 'write', step: '15m', unit: 'bytes' }, 'Bytes per mover, written, every 15 minutes, B'],
    [{ direction: 'sum', groupBy: [], step: '1M', unit: 'MB' }, 'Bytes in total, read plus written, monthly, MB'],
    [{ measure: 'throughput', direction: 'read', step: '1h' }, 'Throughput per mover, read, hourly, MiB/s'],
    [{ measure: 'throughput', unit: 'bytes', step: '6h' }, 'Throughput per mover, read and written, every 6 hours, B/s'],
    [{ groupBy: ['storageGroup', 'library'], step: '1w' }, 'Bytes per storage group and library, read and written, weekly, MiB'],
    [{ step: '45m', source: 'raw' }, 'Bytes per mover, read and written, every 45 minutes, from individual transfers, MiB'],
    [{ step: '1y', source: 'summary' }, 'Bytes per mover, read and written, yearly, from the daily summary, MiB'],
    [{ measure: 'transfers', direction: 'read', groupBy: ['driveType'], step: '1d' }, 'Transfers per drive type, read, daily'],
    [{ measure: 'meanFileSize', direction: 'write', step: '1w', unit: 'MB' }, 'Mean file size per mover, written, weekly, MB'],
    [
      { measure: 'driveRateP95', direction: 'read', groupBy: [], step: '1d' },
      'Drive rate, 95th percentile in total, read, daily, MiB/s',
    ],
    [{ top: 5, direction: 'sum', step: '1d' }, 'Bytes per mover, read plus written, the 5 largest and the others together, daily, MiB'],
    [{ top: 1, direction: 'read', step: '1d' }, 'Bytes per mover, read, the largest and the others together, daily, MiB'],
    [
      { direction: 'read', groupBy: [], step: '1d', runningTotal: true, compare: 'previousPeriod' },
      'Bytes in total, read, daily, as a running total, beside the period before, MiB',
    ],
    [
      { queryType: 'forecast', groupBy: ['library'], total: 'also', direction: 'read', history: '365d' },
      'Forecast of bytes per library, read, with their sum, daily, learnt from 365d, MiB',
    ],
    [
      { queryType: 'anomalies', measure: 'throughput', direction: 'sum', step: '1h', view: 'flags' },
      'What is unusual in throughput in total, read plus written, hourly, 1 false alarm a month tolerated, as flags, MiB/s',
    ],
    [
      { queryType: 'changes', groupBy: ['library'], direction: 'write', against: 'yearBefore' },
      'What changed in bytes per library, written, compared with the same weekdays a year before',
    ],
    [{ queryType: 'changes', direction: 'write' }, 'What changed in bytes, written, compared with the days before'],
    [
      { queryType: 'annotations', event: 'anomaly', measure: 'errors', falseAlarms: 0.5 },
      'Times of unusual errors in total, daily, 0.5 false alarms a month tolerated',
    ],
    [{ queryType: 'risk' }, 'Movers by what speaks for a failure soon, errors count half after 7d'],
    [
      { queryType: 'capacity', stock: 'slots', view: 'days' },
      'When free slots run out, learnt from 366d, delivered in 60d, as days',
    ],
    [{ queryType: 'reconciliation' }, 'Days on which the daily summary and the individual transfers of a mover differ'],
    [
      { queryType: 'reconciliation', onlyDifferences: false, includeNullMovers: false, filters: { mover: { match: '^L8' } } },
      'Daily summary and individual transfers per mover and day, movers matching “^L8”, null movers left out',
    ],
    [{ queryType: 'replication' }, 'State of replication on each host'],
    [{ queryType: 'replication', view: 'history' }, 'Replication lag of each host over time'],
    [{ queryType: 'replication', view: 'lagSeconds' }, 'Replication lag of each host over time, in seconds'],
    [{ queryType: 'replication', view: 'lagBytes' }, 'Replication lag of each host over time, in bytes'],
    [{ queryType: 'annotations' }, 'Movers that fall silent, for 1d'],
    [{ queryType: 'annotations', event: 'replicationLag' }, 'Times of replication lag, above the warning threshold'],
    [{ queryType: 'annotations', event: 'replicationLag', lag: '10m' }, 'Times of replication lag, above 10m'],
    [{ queryType: 'annotations', event: 'recordDay', filters: { library: { include: ['L'] } } }, 'Days of record bytes, only library L'],
    [{ step: '1d', includeNullMovers: true }, 'Bytes per mover, read and written, null movers counted, daily, MiB'],
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
      'Bytes per mover, read and written, only movers LTO8_001 and LTO8_002, movers matching “^LTO”, ' +
        'without movers matching “T$”, only storage group cms, without storage group test, daily, MiB'
    );
  });

  it('counts the names of a long list', () => {
    const include = ['a', 'b', 'c', 'd', 'e'];
    expect(saying({ filters: { mover: { include } } })).toContain('only movers a, b, c and 2 more,');
    expect(saying({ filters: { mover: { include: include.slice(0, 4) } } })).toContain('only movers a, b, c and d,');
  });

  it('has a sentence for every measure there is', () => {
    const all = { ...catalog, datasets: [...catalog.datasets, ...wider.datasets.slice(1)] };
    for (const { id, name } of all.datasets.flatMap(({ measures }) => measures)) {
      expect(describe({ refId: 'A', measure: id, groupBy: ['mover'], step: '1d' }, all)).toMatch(new RegExp(`^${name} per mover, .*daily`));
    }
    expect(describe({ refId: 'A', measure: 'delay', top: 5 }, wider)).toBe(
      'Delay per kind, the 5 largest and the others together, in steps that fit the panel, seconds'
    );
  });

  it('shows what it does not know by its name', () => {
    expect(saying({ measure: 'mounts', groupBy: ['robot'], step: '1d' })).toBe('Mounts per robot, daily');
    const unheard = (query: Partial<EnstoreQuery>) => describe({ refId: 'A', ...query }, UNKNOWN);
    expect(unheard({ measure: 'bytes', direction: 'read', step: '1d' })).toBe('Bytes, read, daily');
    expect(unheard({ step: '1d' })).toBe('What a query without a measure means, daily');
  });
});

group('describeVariable', () => {
  const saying = (query: Partial<EnstoreVariableQuery>) => describeVariable({ refId: 'V', ...query }, catalog);

  it.each([
    [{}, 'Movers, tape and disk, seen within 90d'],
    [{ kind: 'movers', dataset: 'errors', lookBack: '' }, 'Movers, of errors, tape and disk'],
    [{ kind: 'libraries', match: '^CD', lookBack: '' }, 'Libraries, matching “^CD”'],
    [{ kind: 'movers', classes: ['tape'], filters: { library: { include: ['$library'] } } }, 'Movers, tape, only library $library, seen within 90d'],
  ] as Array<[Partial<EnstoreVariableQuery>, string]>)('says %j', (query, sentence) => {
    expect(saying(query)).toBe(sentence);
  });
});

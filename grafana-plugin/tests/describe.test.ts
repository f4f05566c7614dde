import { describe as group, expect, it } from 'vitest';

import { describe } from '../src/describe';
import { EnstoreQuery } from '../src/types';

const saying = (query: Partial<EnstoreQuery>) => describe({ refId: 'A', ...query });

group('describe', () => {
  it('says the defaults of an empty query', () => {
    expect(saying({})).toBe('Bytes read and written per mover, in steps that fit the panel, MiB');
  });

  it.each([
    [{ direction: 'read', step: '1d' }, 'Bytes read per mover, daily, MiB'],
    [{ direction: 'write', step: '15m', unit: 'bytes' }, 'Bytes written per mover, every 15 minutes, B'],
    [{ direction: 'sum', groupBy: [], step: '1M', unit: 'MB' }, 'Bytes read plus written in total, monthly, MB'],
    [{ measure: 'throughput', direction: 'read', step: '1h' }, 'Read throughput per mover, hourly, MiB/s'],
    [{ measure: 'throughput', unit: 'bytes', step: '6h' }, 'Read and write throughput per mover, every 6 hours, B/s'],
    [{ groupBy: ['storageGroup', 'library'], step: '1w' }, 'Bytes read and written per storage group and library, weekly, MiB'],
    [{ step: '45m', source: 'raw' }, 'Bytes read and written per mover, every 45 minutes, from single transfers, MiB'],
    [{ step: '1y', source: 'summary' }, 'Bytes read and written per mover, yearly, from the daily summary, MiB'],
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
});

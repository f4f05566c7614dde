import { describe, expect, it } from 'vitest';

import { isUnderADay, objections } from '../src/objections';
import { EnstoreQuery } from '../src/types';

const against = (query: Partial<EnstoreQuery>) => objections({ refId: 'A', ...query });

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

  it('objects to steps under a day from the summary', () => {
    expect(against({ source: 'summary', step: '1h' })).toEqual([expect.stringContaining('whole days')]);
    expect(against({ source: 'raw', step: '1h' })).toEqual([]);
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

  it('objects to words of the legend that the query does not have', () => {
    expect(against({ legend: '{{mover}} {{ direction }} {{unit}} {{measure}}' })).toEqual([]);
    expect(against({ legend: '{{library}}' })).toEqual([expect.stringContaining('{{library}}')]);
    expect(against({ legend: '{{mover}}', groupBy: [] })).toEqual([expect.stringContaining('{{mover}}')]);
  });
});

describe('isUnderADay', () => {
  it.each(['1m', '30m', '12h', '23h', '90s', '86399s'])('says yes to %s', (step) => {
    expect(isUnderADay(step)).toBe(true);
  });

  it.each(['24h', '36h', '1440m', '1d', '1w', '1M', '1Q', '1y', 'auto', '$step'])('says no to %s', (step) => {
    expect(isUnderADay(step)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';

import { isFromNewerPlugin, migrateQuery, migrateVariableQuery } from '../src/migrate';
import { EnstoreQuery } from '../src/types';

describe('migrateQuery', () => {
  it('takes a query without a version for version 1 and keeps every key', () => {
    expect(migrateQuery({ refId: 'A', step: '1d', hide: true })).toEqual({ refId: 'A', step: '1d', hide: true, version: 1 });
  });

  it('leaves queries with a version alone', () => {
    const [current, later] = [{ refId: 'A', version: 1 }, { refId: 'B', version: 2 }];
    expect(migrateQuery(current)).toBe(current);
    expect(migrateQuery(later)).toBe(later);
  });

  it('takes null for the empty list that it was before Grafana provisioned the query from a file', () => {
    const filters = { mover: { include: null, exclude: ['a'] } };
    const provisioned = { refId: 'A', version: 1, groupBy: null, filters, top: null } as unknown as EnstoreQuery;
    expect(migrateQuery(provisioned)).toEqual({ refId: 'A', version: 1, groupBy: [], filters: { mover: { exclude: ['a'] } } });
  });

  it('knows queries of a newer plugin', () => {
    expect([undefined, 1, 2].map((version) => isFromNewerPlugin({ version }))).toEqual([false, false, true]);
  });
});

describe('migrateVariableQuery', () => {
  const defaults = { refId: 'variable', version: 1, kind: 'movers', match: '', classes: ['tape', 'disk'], lookBack: '90d', filters: {} };

  it.each([undefined, '', 'movers'])('starts from the defaults at %j', (saved) => {
    expect(migrateVariableQuery(saved)).toEqual(defaults);
  });

  it('keeps what is saved', () => {
    expect(migrateVariableQuery({ refId: 'V', kind: 'libraries' })).toEqual({ ...defaults, refId: 'V', kind: 'libraries' });
  });
});

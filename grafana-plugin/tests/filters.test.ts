import { describe, expect, it } from 'vitest';

import { withAdHoc, withFilter } from '../src/filters';

describe('withFilter', () => {
  it('adds to what is there', () => {
    expect(withFilter({ mover: { match: 'a' }, library: { include: ['L'] } }, 'mover', { include: ['b'] })).toEqual({
      mover: { match: 'a', include: ['b'] },
      library: { include: ['L'] },
    });
  });

  it('drops what became empty', () => {
    expect(withFilter({ mover: { match: 'a', include: ['b'] } }, 'mover', { match: '' })).toEqual({ mover: { include: ['b'] } });
    expect(withFilter({ mover: { include: ['b'] } }, 'mover', { include: [] })).toEqual({});
    expect(withFilter(undefined, 'mover', { include: [] })).toEqual({});
  });
});

describe('withAdHoc', () => {
  const mover = (operator: string, value: string, values?: string[]) => ({ key: 'mover', operator, value, values });

  it('leaves the query alone without ad hoc filters', () => {
    expect(withAdHoc(undefined, [])).toEqual({});
    expect(withAdHoc({ mover: { match: 'a' } }, [{ key: '', operator: '=', value: '' }])).toEqual({ mover: { match: 'a' } });
  });

  it('translates each operator', () => {
    expect(withAdHoc({}, [mover('=', 'a')])).toEqual({ mover: { include: ['a'] } });
    expect(withAdHoc({}, [mover('=|', 'a', ['a', 'b'])])).toEqual({ mover: { include: ['a', 'b'] } });
    expect(withAdHoc({}, [mover('!=', 'a'), mover('!=', 'b')])).toEqual({ mover: { exclude: ['a', 'b'] } });
    expect(withAdHoc({}, [mover('!=|', 'a', ['a', 'b'])])).toEqual({ mover: { exclude: ['a', 'b'] } });
    expect(withAdHoc({}, [mover('=~', '^a')])).toEqual({ mover: { match: '^a' } });
    expect(withAdHoc({ mover: { noMatch: 'x' } }, [mover('!~', 'y')])).toEqual({ mover: { noMatch: '(?:x)|(?:y)' } });
  });

  it('narrows the names the query already asks for', () => {
    expect(withAdHoc({ mover: { include: ['a', 'b'] } }, [mover('=', 'b')])).toEqual({ mover: { include: ['b'] } });
  });

  it('lets nothing pass when both have no name in common', () => {
    expect(withAdHoc({ mover: { include: ['a'] } }, [mover('=', 'b')])).toEqual({ mover: { include: ['b'], exclude: ['b'] } });
  });

  it('leaves dimensions that there may not be to the backend', () => {
    expect(withAdHoc({}, [{ key: 'host', operator: '=', value: 'a' }])).toEqual({ host: { include: ['a'] } });
  });

  it('refuses what it cannot express', () => {
    expect(() => withAdHoc({}, [mover('<', 'a')])).toThrow('"<"');
    expect(() => withAdHoc({ mover: { match: 'a' } }, [mover('=~', 'b')])).toThrow('Only one expression');
  });
});

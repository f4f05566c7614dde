// @vitest-environment jsdom
import './browser';

import { AnnotationQuery, CoreApp, DataQueryRequest } from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';

import { CatalogStore, UNKNOWN } from '../src/catalog';
import { objections } from '../src/objections';
import { EnstoreQuery, EnstoreVariableQuery } from '../src/types';
import { EnstoreVariables } from '../src/variables';
import { wider } from './catalog';
import { FakeBackend, fakeDataSource, FakeTemplates } from './fakes';

const query = (part: Partial<EnstoreQuery>): EnstoreQuery => ({ refId: 'A', version: 1, ...part });

describe('EnstoreDataSource', () => {
  it('starts panels with the largest movers and Explore with the total', () => {
    const datasource = fakeDataSource();
    expect(datasource.getDefaultQuery(CoreApp.Dashboard)).toEqual({ version: 1, top: 10 });
    expect(datasource.getDefaultQuery(CoreApp.Explore)).toEqual({ version: 1, groupBy: [] });
    const starts = [CoreApp.Dashboard, CoreApp.Explore].map((app) => query(datasource.getDefaultQuery(app)));
    expect(starts.flatMap((start) => objections(start, wider))).toEqual([]);
  });

  it('skips hidden queries only', () => {
    expect([query({}), query({ hide: true })].map((each) => fakeDataSource().filterQuery(each))).toEqual([true, false]);
  });

  it('sends the values of a variable as a list', () => {
    const templates = new FakeTemplates({ mover: ['LTO8_001', 'a,b', "it's"], one: 'x', empty: [], blank: '' });
    const sent = (include: string[]) =>
      fakeDataSource(templates).applyTemplateVariables(query({ filters: { mover: { include } } }), {}).filters?.mover?.include;
    expect(sent(['$mover'])).toEqual(['LTO8_001', 'a,b', "it's"]);
    expect(sent(['plain', '${one}'])).toEqual(['plain', 'x']);
    expect(sent(['T$one-${mover}'])).toEqual(['Tx-LTO8_001', 'Tx-a,b', "Tx-it's"]);
    expect(sent(['$empty', '$blank'])).toEqual([]);
    expect(sent(['$unknown'])).toEqual(['$unknown']);
  });

  it('lets a repeated panel see its own mover', () => {
    const datasource = fakeDataSource(new FakeTemplates({ mover: ['a', 'b'] }));
    const scoped = { mover: { text: 'b', value: 'b' } };
    expect(datasource.applyTemplateVariables(query({ filters: { mover: { include: ['$mover'] } } }), scoped).filters).toEqual({
      mover: { include: ['b'] },
    });
  });

  it('replaces variables in expressions, step and legend, and changes nothing else', () => {
    const datasource = fakeDataSource(new FakeTemplates({ mover: ['a', 'b'], step: '1h', site: 'FNAL' }));
    const asked = query({
      step: '$step',
      legend: '$site {{mover}}',
      filters: { mover: { match: '^$mover', noMatch: '$site' }, library: { exclude: ['$site'] } },
    });
    expect(datasource.applyTemplateVariables(asked, {})).toEqual({
      ...asked,
      step: '1h',
      legend: 'FNAL {{mover}}',
      filters: { mover: { match: '^(a|b)', noMatch: 'FNAL' }, library: { exclude: ['FNAL'] } },
    });
  });

  it('adds ad hoc filters, handed over or asked for', () => {
    const templates = new FakeTemplates();
    const datasource = fakeDataSource(templates);
    const filter = { key: 'library', operator: '=', value: 'CD-LTO8G1' };
    const expected = { library: { include: ['CD-LTO8G1'] } };
    expect(datasource.applyTemplateVariables(query({}), {}, [filter]).filters).toEqual(expected);
    templates.adHoc = [filter];
    expect(datasource.applyTemplateVariables(query({}), {}).filters).toEqual(expected);
    expect(datasource.interpolateVariablesInQueries([query({})], {})[0].filters).toEqual(expected);
  });

  it('offers names for ad hoc filters', async () => {
    const movers = [{ text: 'LTO8_001', value: 'LTO8_001' }];
    const datasource = fakeDataSource(undefined, new FakeBackend({ movers }));
    expect((await datasource.getTagKeys()).map(({ text }) => text)).toEqual([
      'mover', 'moverClass', 'storageGroup', 'library', 'driveType', 'mediaChanger', 'kind', 'tape',
    ]);
    expect(await datasource.getTagValues({ key: 'mover' })).toEqual(movers);
    expect(await datasource.getTagValues({ key: 'moverClass' })).toContainEqual({ text: 'tape' });
    expect(await datasource.getTagValues({ key: 'nothing' })).toEqual([]);
  });

  it('keeps all of a long list of movers apart', () => {
    const movers = Array.from({ length: 250 }, (_, index) => `LTO8_${index}`);
    const datasource = fakeDataSource(new FakeTemplates({ mover: movers }));
    const { filters } = datasource.applyTemplateVariables(query({ filters: { mover: { include: ['$mover'] } } }), {});
    expect(filters).toEqual({ mover: { include: movers } });
  });

  it('restricts nothing by a variable that stands for every name', () => {
    const datasource = fakeDataSource(new FakeTemplates({ mover: '*', library: '*' }));
    const filters = { mover: { include: ['$mover'], match: '^LTO' }, library: { include: ['$library'] } };
    expect(datasource.applyTemplateVariables(query({ filters }), {}).filters).toEqual({ mover: { match: '^LTO' } });
  });

  it('sends of a query only what its kind has', () => {
    const datasource = fakeDataSource(new FakeTemplates({ silence: '12h' }));
    const adHoc = [{ key: 'library', operator: '=', value: 'L' }];
    const sent = (part: Partial<EnstoreQuery>) => datasource.applyTemplateVariables(query({ ...part, measure: 'bytes' }), {}, adHoc);
    expect(sent({ queryType: 'replication' })).toEqual(query({ queryType: 'replication' }));
    expect(sent({ queryType: 'annotations', silence: '$silence' })).toEqual(
      query({ queryType: 'annotations', silence: '12h', filters: { library: { include: ['L'] } } })
    );
  });

  it('asks for events on behalf of annotations', () => {
    const { prepareQuery } = fakeDataSource().annotations;
    const annotation = { name: 'Silent', enable: true, iconColor: 'red', target: query({ measure: 'bytes', event: 'driveChange' }) };
    expect(prepareQuery?.(annotation as AnnotationQuery<EnstoreQuery>)).toEqual(query({ queryType: 'annotations', event: 'driveChange' }));
  });

  it('shows a query as a sentence', () => {
    expect(fakeDataSource().getQueryDisplayText(query({ step: '1d' }))).toBe('Bytes per mover, read and written, daily, MiB');
  });
});

describe('CatalogStore', () => {
  it('asks once for all who need to know, and again after a failure', async () => {
    let asked = 0;
    const store = new CatalogStore(async () => {
      if (++asked === 1) {
        throw new Error('No standby answers.');
      }
      return wider;
    });
    await expect(Promise.all([store.load(), store.load()])).rejects.toThrow('No standby');
    expect([asked, store.current]).toEqual([1, UNKNOWN]);
    expect(await Promise.all([store.load(), store.load()])).toEqual([wider, wider]);
    expect([asked, store.current]).toEqual([2, wider]);
  });

  it('asks again when a right may have been granted meanwhile', async () => {
    vi.useFakeTimers();
    const ask = vi.fn(async () => wider);
    const store = new CatalogStore(ask);
    await store.load();
    vi.advanceTimersByTime(59_000);
    await store.load();
    expect(ask).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2_000);
    await store.load();
    expect(ask).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
});

describe('EnstoreVariables', () => {
  const ask = async (target: Partial<EnstoreVariableQuery>) => {
    const names = [{ text: 'cms', value: 'cms' }];
    const backend = new FakeBackend({ variable: names });
    const datasource = fakeDataSource(new FakeTemplates({ family: ['L8', 'M8'] }), backend);
    const request = { targets: [target], scopedVars: {} } as DataQueryRequest<EnstoreVariableQuery>;
    const { query: bare } = datasource.variables as EnstoreVariables;
    const answer = await lastValueFrom(bare(request));
    expect(answer.data).toEqual(names);
    return backend.asked;
  };

  it('asks the backend exactly what the contract names', async () => {
    expect(await ask({ kind: 'movers', match: '^$family', classes: ['tape'], lookBack: '30d' })).toEqual([
      { path: 'variable', body: { version: 1, kind: 'movers', match: '^(L8|M8)', classes: ['tape'], lookBack: '30d' } },
    ]);
    expect(await ask({ kind: 'storage-groups', query: 'Storage groups', lookBack: '' })).toEqual([
      { path: 'variable', body: { version: 1, kind: 'storage-groups', match: '', lookBack: '' } },
    ]);
  });

  it('chains a variable to others by their values', async () => {
    const filters = { library: { include: ['$family'] }, storageGroup: { exclude: ['test'] } };
    expect((await ask({ kind: 'drive-types', filters }))[0].body).toEqual({
      version: 1, kind: 'drive-types', match: '', lookBack: '90d',
      filters: { library: { include: ['L8', 'M8'] }, storageGroup: { exclude: ['test'] } },
    });
  });
});

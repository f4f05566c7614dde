// @vitest-environment jsdom
import './browser';

import { FieldType, standardTransformers, standardTransformersRegistry, toDataFrame, transformDataFrame } from '@grafana/data';
import Ajv2020 from 'ajv/dist/2020';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { measureOf } from '../src/catalog';
import { describeVariable } from '../src/describe';
import { objections } from '../src/objections';
import plugin from '../src/plugin.json';
import { ANOMALY_EVENTS, DEFAULTS } from '../src/types';
import { catalog } from './catalog';

const files = readdirSync('src/dashboards');
const read = (file: string) => JSON.parse(readFileSync(`src/dashboards/${file}`, 'utf8'));
const panelsOf = (dashboard: any) => dashboard.panels.filter(({ type }: any) => type !== 'row');

describe('plugin.json', () => {
  it('includes every dashboard and logo there is', () => {
    expect(plugin.includes.map(({ path }) => path)).toEqual(files.map((file) => `dashboards/${file}`));
    expect(existsSync(`src/${plugin.info.logos.small}`)).toBe(true);
  });
});

/** What the backend accepts, out of the schema it publishes. */
const { $defs: forms } = JSON.parse(
  readFileSync('../server/src/main/resources/org/enstore/accounting/grafana/query-model-v1.schema.json', 'utf8')
);
const ajv = new Ajv2020({ allErrors: true, strict: true, keywords: [{ keyword: ['x-ignored', 'x-minimum', 'x-maximum'] }] });

ajv.addSchema({ $id: 'model', $defs: forms });

function expectAccepted(query: any, type: string, where: string) {
  expect(Object.keys(forms), where).toContain(type);
  ajv.validate(`model#/$defs/${type}`, query);
  expect(ajv.errors, where).toBeNull();
}

describe('what the backend publishes', () => {
  it('is what the editors know of each kind of query', () => {
    const known = Object.entries({ ...DEFAULTS, annotations: { ...ANOMALY_EVENTS, ...DEFAULTS.annotations } });
    expect(known.map(([type]) => type).sort()).toEqual(
      Object.keys(forms).filter((type) => 'queryType' in (forms[type].properties ?? {}) && type !== 'variable').sort()
    );
    for (const [type, defaults] of known) {
      const published = Object.entries<any>(forms[type].properties).filter(([key, form]) => key !== 'queryType' && form.$ref !== '#/$defs/grafana');
      // What depends on the catalog is not said in TypeScript.
      const open = Object.keys(defaults).filter((key) => (defaults as any)[key] === undefined);
      expect(Object.keys(defaults).sort(), type).toEqual(published.map(([key]) => key).sort());
      expect(defaults, type).toEqual(Object.fromEntries(published.map(([key, form]) => [key, open.includes(key) ? undefined : form.default])));
    }
  });

  it('refuses an unknown key and an unknown word', () => {
    expect(() => expectAccepted({ measure: 'bytes' }, 'series', '')).not.toThrow();
    expect(() => expectAccepted({ meassure: 'bytes' }, 'series', '')).toThrow();
    expect(() => expectAccepted({ measure: 'byte' }, 'series', '')).toThrow();
    expect(() => expectAccepted({}, 'nothing', '')).toThrow();
  });
});

describe.each(files)('%s', (file) => {
  const dashboard = read(file);
  const panels = panelsOf(dashboard);
  const { templating, annotations } = dashboard;
  const own = { type: plugin.id, uid: '${datasource}' };

  it('is of a schema that Grafana 9.3 and 13.2 take', () => {
    expect(dashboard.schemaVersion).toBe(37);
    expect(dashboard.id).toBeUndefined();
    expect(dashboard.uid).toMatch(/^[a-z0-9-]{1,40}$/);
    for (const panel of dashboard.panels) {
      expect(['row', 'stat', 'table', 'text', 'timeseries']).toContain(panel.type);
      expect(Object.keys(panel)).not.toContain('alert');
    }
  });

  it('gives each panel an own id, a title, a description and a unit', () => {
    const ids = dashboard.panels.map(({ id }: any) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const panel of panels) {
      expect(panel.title).not.toBe('');
      expect(panel.description, panel.title).toMatch(/\.$/);
      if (panel.type !== 'text') {
        expect(panel.fieldConfig.defaults.unit, panel.title).toBeTruthy();
        expect(panel.fieldConfig.defaults, panel.title).toHaveProperty('noValue');
      }
    }
  });

  it('lets the data source be chosen, and asks no other', () => {
    const chosen = templating.list.filter(({ type }: any) => type === 'datasource').map(({ name, query }: any) => ({ type: query, uid: `\${${name}}` }));
    expect(chosen).toHaveLength(1);
    const users = [...panels.filter(({ type }: any) => type !== 'text'), ...annotations.list, ...templating.list.filter(({ type }: any) => !['datasource', 'textbox'].includes(type))];
    for (const { datasource, targets = [] } of users) {
      expect(datasource).toEqual(chosen[0]);
      for (const target of targets) {
        expect(target.datasource).toEqual(chosen[0]);
      }
    }
  });

  it('asks only what the backend accepts', () => {
    for (const panel of panels.filter(({ datasource }: any) => datasource?.type === own.type)) {
      for (const query of panel.targets) {
        expectAccepted(query, query.queryType || 'series', panel.title);
        expect(objections(query, catalog), panel.title).toEqual([]);
      }
    }
    for (const { name, target } of annotations.list) {
      expectAccepted(target, 'annotations', name);
      expect(target.queryType).toBe('annotations');
      expect(objections(target, catalog), name).toEqual([]);
    }
    for (const { name, query, type, datasource, definition } of templating.list) {
      if (type === 'query' && datasource.type === own.type) {
        const { query: sentence, ...sent } = query;
        expectAccepted(sent, 'variable', name);
        expect([sentence, definition], name).toEqual([describeVariable(query, catalog), describeVariable(query, catalog)]);
      }
    }
  });

  it('asks for plain bytes, of which Grafana draws axes below a MiB too, and says so', () => {
    const units: Record<string, string> = { bytes: 'bytes', bytesPerSecond: 'binBps', none: 'short', seconds: 's', share: 'percentunit' };
    for (const { title, targets = [], fieldConfig, datasource } of panels) {
      for (const query of datasource?.type === own.type ? targets.filter(({ measure }: any) => measure) : []) {
        const unit = measureOf(catalog, query.measure)?.measure.unit ?? '';
        expect(query.unit, title).toBe(unit.startsWith('bytes') ? 'bytes' : undefined);
        expect([units[unit], 'dateTimeFromNow'], title).toContain(fieldConfig.defaults.unit);
      }
    }
  });

  it('lays panels beside, not over, one another', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }: any) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`)
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }: any) => x + w))).toBeLessThanOrEqual(24);
  });

  it('links only to dashboards there are', () => {
    const known = files.map((each) => read(each).uid);
    for (const [, uid] of JSON.stringify(dashboard).matchAll(/"\/d\/([^/"?]+)/g)) {
      expect(known).toContain(uid);
    }
  });

  it('links to each other dashboard, with the time range and the choices that both offer', () => {
    const others = Object.fromEntries(files.filter((each) => each !== file).map((each) => [read(each).uid, read(each)]));
    const linked = dashboard.links.map(({ url }: any) => url.split('/')[2]);
    expect([...linked].sort()).toEqual(Object.keys(others).sort());
    for (const { url, keepTime, includeVars } of dashboard.links) {
      const [path, query = ''] = url.split('?');
      const other = others[path.split('/')[2]];
      expect(path.split('/')[3]).toBe(other.title.toLowerCase().replaceAll(' ', '-'));
      expect(keepTime).toBe(true);
      // A name that the other lacks would be left in the address as it stands here.
      expect(includeVars).toBe(false);
      const both = templating.list.filter(({ name, type, includeAll }: any) =>
        other.templating.list.some(
          // Where no choice means all, All is nobody's name.
          (its: any) => its.name === name && its.type === type && type !== 'adhoc' && (its.includeAll || !includeAll)
        )
      );
      expect(query.split('&').filter(Boolean)).toEqual(both.map(({ name }: any) => `\${${name}:queryparam}`));
    }
  });
});

const { filterFieldsByNameTransformer, reduceTransformer, sortByTransformer, limitTransformer, organizeFieldsTransformer } = standardTransformers;
const used: any[] = [filterFieldsByNameTransformer, reduceTransformer, sortByTransformer, limitTransformer, organizeFieldsTransformer];
standardTransformersRegistry.setInit(() =>
  used.map((transformation) => ({ id: transformation.id, name: transformation.name, transformation }) as any)
);

const rankings = files.flatMap((file) =>
  panelsOf(read(file))
    .filter(({ transformations }: any) => transformations?.some(({ id }: any) => id === 'limit'))
    .map((panel: any) => ({ title: panel.title, panel }))
);

describe.each(rankings)('$title', ({ panel }) => {
  it('ranks by transformations what the backend answers', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `LTO8_${index}`);
    // The rest of the names is no name, however much it is.
    const rest = panel.targets[0].top ? [{ name: 'errors', type: FieldType.number, values: [99, 99], config: { displayNameFromDS: 'other' } }] : [];
    const wide = toDataFrame({
      fields: [
        { name: 'time', type: FieldType.time, values: [1, 2] },
        ...names.map((name, index) => ({
          name: panel.targets[0].measure,
          type: FieldType.number,
          values: [index, index],
          labels: { name },
          config: { displayNameFromDS: name },
        })),
        ...rest,
      ],
    });
    const [table] = await lastValueFrom(transformDataFrame(panel.transformations, [wide]));
    const [named, counted] = table.fields;
    expect(table.fields).toHaveLength(2);
    expect([named.config.displayName ?? named.name]).toEqual(panel.fieldConfig.overrides.map(({ matcher }: any) => matcher.options));
    expect(counted.config.displayName ?? counted.name).not.toBe('Total');
    expect(named.values.slice(0, 2)).toEqual(['LTO8_11', 'LTO8_10']);
    expect(counted.values.slice(0, 2)).toEqual([22, 20]);
    expect(table.length).toBe(10);
  });
});

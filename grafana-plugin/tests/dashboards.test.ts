// @vitest-environment jsdom
import './browser';

import { FieldType, standardTransformers, standardTransformersRegistry, toDataFrame, transformDataFrame } from '@grafana/data';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { objections } from '../src/objections';
import plugin from '../src/plugin.json';
import { typeOf } from '../src/fit';
import { DEFAULTS } from '../src/types';

const files = readdirSync('src/dashboards');
const read = (file: string) => JSON.parse(readFileSync(`src/dashboards/${file}`, 'utf8'));
const panelsOf = (dashboard: any) => dashboard.panels.filter(({ type }: any) => type !== 'row');

describe('plugin.json', () => {
  it('includes every dashboard and logo there is', () => {
    expect(plugin.includes.map(({ path }) => path)).toEqual(files.map((file) => `dashboards/${file}`));
    expect(existsSync(`src/${plugin.info.logos.small}`)).toBe(true);
  });
});

describe.each(files)('%s', (file) => {
  const dashboard = read(file);
  const panels = panelsOf(dashboard);

  it('is of a schema that Grafana 9.3 takes', () => {
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(37);
    expect(dashboard.id).toBeUndefined();
  });

  it('gives each panel an own id, a title, a description and a unit', () => {
    const ids = dashboard.panels.map(({ id }: any) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const panel of panels) {
      expect(panel.title).not.toBe('');
      expect(panel.description, panel.title).toMatch(/\.$/);
      expect(panel.fieldConfig.defaults.unit, panel.title).toBeTruthy();
    }
  });

  it('asks the chosen data source for what the backend answers', () => {
    for (const panel of panels) {
      expect(panel.datasource).toEqual({ type: plugin.id, uid: '${datasource}' });
      for (const { refId, datasource, ...query } of panel.targets) {
        expect(datasource).toEqual(panel.datasource);
        expect([...Object.keys(DEFAULTS[typeOf(query as any)]), 'queryType']).toEqual(expect.arrayContaining(Object.keys(query)));
        expect(objections({ refId, ...query })).toEqual([]);
      }
    }
  });

  it('lays panels beside, not over, one another', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }: any) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`)
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('Busiest movers', () => {
  it('ranks by transformations what the backend answers', async () => {
    const { reduceTransformer, sortByTransformer, limitTransformer, organizeFieldsTransformer } = standardTransformers;
    const used: any[] = [reduceTransformer, sortByTransformer, limitTransformer, organizeFieldsTransformer];
    standardTransformersRegistry.setInit(() =>
      used.map((transformation) => ({ id: transformation.id, name: transformation.name, transformation }) as any)
    );
    const movers = Array.from({ length: 12 }, (_, index) => `LTO8_${index}`);
    const wide = toDataFrame({
      fields: [
        { name: 'time', type: FieldType.time, values: [1, 2] },
        ...movers.map((mover, index) => ({
          name: 'bytes',
          type: FieldType.number,
          values: [index, index],
          labels: { mover },
          config: { displayNameFromDS: mover },
        })),
      ],
    });
    const { transformations } = panelsOf(read('transfers-overview.json')).find(({ title }: any) => title === 'Busiest movers');
    const [table] = await lastValueFrom(transformDataFrame(transformations, [wide]));
    expect(table.fields.map(({ config, name }) => config.displayName ?? name)).toEqual(['Mover', 'Transferred']);
    expect(table.fields[0].values.slice(0, 2)).toEqual(['LTO8_11', 'LTO8_10']);
    expect(table.fields[1].values.slice(0, 2)).toEqual([22, 20]);
    expect(table.length).toBe(10);
  });
});

// What Grafana's published schema of plugin.json and its loader ask of a backend data source.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { manifest } from '../build/manifest.mjs';

const plugin = JSON.parse(manifest());
const source = (path) => join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../src', path);

const keys = [
  '$schema', 'alerting', 'annotations', 'backend', 'category', 'dependencies', 'executable', 'id', 'includes', 'info',
  'logs', 'metrics', 'name', 'queryOptions', 'streaming', 'tracing', 'type',
];
const infoKeys = ['author', 'description', 'keywords', 'links', 'logos', 'screenshots', 'updated', 'version'];
const categories = ['tsdb', 'logging', 'cloud', 'tracing', 'profiling', 'sql', 'enterprise', 'iot', 'other'];

describe('plugin.json', () => {
  it('has no key that the schema of Grafana 9.3 does not know', () => {
    expect(keys).toEqual(expect.arrayContaining(Object.keys(plugin)));
    expect(infoKeys).toEqual(expect.arrayContaining(Object.keys(plugin.info)));
  });

  it('names a data source with a backend', () => {
    expect(plugin.type).toBe('datasource');
    expect(plugin.id).toMatch(/^[0-9a-z]+(-[0-9a-z]+)*-datasource$/);
    expect(plugin.name).not.toBe('');
    expect(plugin.backend).toBe(true);
    expect(plugin.executable).toMatch(/^gpx_[a-z_]+$/);
    expect(plugin.metrics || plugin.logs || plugin.annotations || plugin.alerting).toBe(true);
    expect(categories).toContain(plugin.category);
    // Without it Grafana opens no live channel to the backend.
    expect(plugin.streaming).toBe(true);
  });

  it('has a version and a date, not their placeholders', () => {
    expect(manifest()).not.toContain('%');
    expect(plugin.info.version).toMatch(/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/);
    expect(plugin.info.updated).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it('says which Grafana it is for', () => {
    expect(plugin.dependencies.grafanaDependency).toMatch(/^>=\d+\.\d+\.\d+$/);
    expect(Array.isArray(plugin.dependencies.plugins)).toBe(true);
  });

  it('refers to pictures that are there', () => {
    const { logos, screenshots, author, keywords } = plugin.info;
    expect(Object.keys(logos).sort()).toEqual(['large', 'small']);
    for (const path of [logos.small, logos.large, ...screenshots.map((screenshot) => screenshot.path)]) {
      expect(path).toMatch(/^img\//);
      expect(existsSync(source(path)), path).toBe(true);
    }
    expect(author.name).not.toBe('');
    expect(keywords.length).toBeGreaterThan(0);
  });

  it('includes dashboards that are there, by their titles', () => {
    for (const { type, name, path } of plugin.includes) {
      expect(type).toBe('dashboard');
      expect(path).toMatch(/^dashboards\/[a-z-]+\.json$/);
      expect(JSON.parse(readFileSync(source(path), 'utf8')).title).toBe(name);
    }
  });
});

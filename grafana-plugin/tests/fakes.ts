import { DataSourceInstanceSettings, MetricFindValue } from '@grafana/data';
import { setBackendSrv, setTemplateSrv } from '@grafana/runtime';

import { Catalog, UNKNOWN } from '../src/catalog';
import { EnstoreDataSource } from '../src/datasource';
import { AdHocFilter } from '../src/filters';
import { EnstoreOptions } from '../src/types';
import { wider } from './catalog';

/** Replaces $name and ${name} as Grafana does: by a format's name or by a function. */
export class FakeTemplates {
  adHoc: AdHocFilter[] = [];

  constructor(readonly values: Record<string, string | string[]> = {}) {}

  replace(text = '', scoped: Record<string, { value: any }> = {}, format?: any): string {
    return text.replace(/\$\{?(\w+)\}?/g, (reference, name) => {
      const value = scoped?.[name]?.value ?? this.values[name];
      if (value === undefined) {
        return reference;
      }
      if (typeof format === 'function') {
        return format(value, { name });
      }
      if (format === 'regex') {
        return Array.isArray(value) ? `(${value.join('|')})` : value;
      }
      return Array.isArray(value) ? `{${value.join(',')}}` : value;
    });
  }

  getVariables() {
    return Object.keys(this.values).map((name) => ({ name, type: 'query' }));
  }

  getAdhocFilters() {
    return this.adHoc;
  }

  containsTemplate() {
    return false;
  }

  updateTimeRange() {}
}

/** A backend that answers resources from a table, the catalog included, and remembers what else it was asked. */
export class FakeBackend {
  asked: Array<{ path: string; body?: any }> = [];

  constructor(readonly resources: Record<string, MetricFindValue[] | Catalog | Error> = {}) {}

  fetch(request: any) {
    throw new Error(`No answer is prepared for ${request.url}.`);
  }

  async answer(path: string, body?: any) {
    if (path !== 'catalog') {
      this.asked.push({ path, body });
    }
    const answer = path === 'catalog' ? (this.resources.catalog ?? wider) : this.resources[path];
    if (answer === undefined || answer instanceof Error) {
      throw { data: { error: answer?.message ?? `No resource ${path}` } };
    }
    return answer;
  }
}

/** A data source whose backend and variables are fakes, and which has heard what can be asked unless that fails. */
export function fakeDataSource(templates = new FakeTemplates(), backend = new FakeBackend()) {
  setTemplateSrv(templates as any);
  setBackendSrv(backend as any);
  const settings = { id: 1, uid: 'enstore', name: 'Enstore', type: 'enstore', jsonData: {} };
  const datasource = new EnstoreDataSource(settings as DataSourceInstanceSettings<EnstoreOptions>, templates as any);
  datasource.getResource = ((path: string) => backend.answer(path)) as any;
  datasource.postResource = ((path: string, body: any) => backend.answer(path, body)) as any;
  const { catalog = wider } = backend.resources;
  datasource.catalog.current = catalog instanceof Error ? UNKNOWN : (catalog as Catalog);
  return datasource;
}

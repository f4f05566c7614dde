import * as data from '@grafana/data';
import * as runtime from '@grafana/runtime';
import * as ui from '@grafana/ui';
import * as react from 'react';
import * as rxjs from 'rxjs';

import type { EnstoreDataSource } from '../src/datasource';
import type { EnstoreOptions, EnstoreQuery, EnstoreSecureOptions } from '../src/types';

type Plugin = data.DataSourcePlugin<EnstoreDataSource, EnstoreQuery, EnstoreOptions, EnstoreSecureOptions>;

const PLUGIN = 'plugin/module.js';
const shared: Record<string, unknown> = {
  '@grafana/data': data,
  '@grafana/runtime': runtime,
  '@grafana/ui': ui,
  react,
  rxjs,
};

/** Values of the page's dashboard variables. */
export const variables: Record<string, string[]> = {};

const settings = {
  id: 1,
  uid: 'preview',
  name: 'Enstore',
  type: 'enstore-accounting-datasource',
  access: 'proxy',
  readOnly: false,
  jsonData: {},
} as data.DataSourceInstanceSettings<EnstoreOptions>;

/** Plays Grafana for the compiled plugin: loads it as Grafana does and sends its requests to the preview's server. */
export async function loadPlugin(): Promise<{ plugin: Plugin; datasource: EnstoreDataSource }> {
  runtime.setBackendSrv(backend as unknown as runtime.BackendSrv);
  runtime.setTemplateSrv(templates as unknown as runtime.TemplateSrv);
  const { plugin } = await loadModule<{ plugin: Plugin }>(PLUGIN);
  const datasource = new plugin.DataSourceClass(settings);
  runtime.setDataSourceSrv({
    get: async () => datasource,
    getList: () => [settings],
    getInstanceSettings: () => settings,
  } as unknown as runtime.DataSourceSrv);
  return { plugin, datasource };
}

/** Runs a script that calls define(names, factory), with the names found in `shared`. */
function loadModule<T>(address: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const define = (names: string[], factory: (...modules: unknown[]) => T) =>
      resolve(factory(...names.map((name) => shared[name])));
    Object.assign(window, { define });
    const script = document.createElement('script');
    script.src = address;
    script.onerror = () => reject(new Error(`${address} could not be loaded.`));
    document.head.append(script);
  });
}

/** Grafana's addresses and what they are here; relative, so that the page can be served from any folder. */
const routes: Array<[RegExp, string]> = [
  [/^\/?api\/ds\/query/, 'preview/query'],
  [/^\/?api\/datasources\/(uid\/)?[^/]+\/resources\//, 'preview/resources/'],
  [/^\/?api\/datasources\/(uid\/)?[^/]+\/health/, 'preview/health'],
];

async function request({ url, method = 'GET', params, data: body }: runtime.BackendSrvRequest) {
  const [pattern, here] = routes.find(([each]) => each.test(url)) ?? [];
  if (pattern === undefined || here === undefined) {
    throw new Error(`The preview has no answer for ${url}.`);
  }
  const search = new URLSearchParams(params).toString();
  const response = await fetch(url.replace(pattern, here).replace(/\?.*/, '') + (search && `?${search}`), {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const answer = { data: await response.json(), status: response.status, statusText: response.statusText };
  if (!response.ok) {
    throw answer;
  }
  return answer;
}

const backend = {
  fetch: (options: runtime.BackendSrvRequest) => rxjs.from(request(options)),
  get: async (url: string, params?: Record<string, string>) => (await request({ url, params })).data,
  post: async (url: string, body?: unknown) => (await request({ url, method: 'POST', data: body })).data,
};

const templates = {
  getVariables: () => Object.keys(variables).map((name) => ({ name, type: 'query' })),
  containsTemplate: (text = '') => text.includes('$'),
  updateTimeRange: () => undefined,
  replace: (text = '', _scoped?: unknown, format?: string | ((values: string[]) => string)) =>
    text.replace(/\$\{?(\w+)(?::\w+)?\}?/g, (reference, name) => {
      const values = variables[name];
      if (values === undefined) {
        return reference;
      }
      if (typeof format === 'function') {
        return format(values);
      }
      return format === 'regex' ? `(${values.join('|')})` : values.join(',');
    }),
};

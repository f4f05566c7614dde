// @vitest-environment jsdom
import './browser';

import { DataSourceSettings } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { ConfigEditor } from '../src/components/ConfigEditor';
import { Setting, settingSections } from '../src/settings';
import { EnstoreOptions, EnstoreSecureOptions } from '../src/types';

const settings = settingSections.flatMap((section) => section.settings);
type Settings = DataSourceSettings<EnstoreOptions, EnstoreSecureOptions>;

function edit(start: Partial<Settings> = {}) {
  const seen = { options: { jsonData: {}, secureJsonData: {}, secureJsonFields: {}, ...start } as Settings };
  function Page() {
    const [options, setOptions] = useState(seen.options);
    return <ConfigEditor options={options} onOptionsChange={(next) => setOptions((seen.options = next))} />;
  }
  render(<Page />);
  return seen;
}

describe('ConfigEditor', () => {
  it('gives each control an accessible name', () => {
    edit({ jsonData: { tlsMode: 'verify-full', primaryHost: 'primary', drivestatHosts: 'a', enstoredbHosts: 'b' } });
    const names = settings.map(({ label }) => label);
    for (const name of names) {
      expect(screen.getAllByLabelText(new RegExp(`^${name.replace(/[()]/g, '\\$&')}`)).length, name).toBeGreaterThan(0);
    }
  });

  it('writes hosts in one place, whichever Grafana had', async () => {
    const seen = edit({ url: 'old:8800' });
    const input = screen.getByLabelText(/^Hosts/);
    expect(input).toHaveProperty('value', 'old:8800');
    await userEvent.type(input, ',b');
    expect(seen.options).toMatchObject({ url: '', jsonData: { version: 1, hosts: 'old:8800,b' } });
    await userEvent.clear(input);
    expect(seen.options).toMatchObject({ url: '', jsonData: { hosts: '' } });
  });

  it('never shows a stored secret, and forgets it on reset', async () => {
    const seen = edit({ secureJsonFields: { password: true } });
    expect(screen.getByLabelText('Password')).toHaveProperty('disabled', true);
    await userEvent.click(screen.getByRole('button', { name: 'Reset' }));
    await userEvent.type(screen.getByLabelText('Password'), 'new');
    expect(seen.options).toMatchObject({ secureJsonFields: { password: false }, secureJsonData: { password: 'new' } });
  });

  it('asks for certificates only where they are used', async () => {
    edit();
    expect(screen.queryByLabelText('CA certificate')).toBeNull();
    expect(screen.queryByLabelText('Client key')).toBeNull();
    await userEvent.click(screen.getByRole('combobox', { name: 'TLS' }));
    await userEvent.click(await screen.findByText('Verify CA'));
    expect(screen.getByLabelText('CA certificate')).toBeDefined();
    expect(screen.getByLabelText('Client key')).toBeDefined();
    expect(screen.queryByLabelText('Server name')).toBeNull();
  });

  it('asks of another database for its hosts first', async () => {
    const seen = edit();
    expect(screen.queryByLabelText('drivestat password')).toBeNull();
    await userEvent.type(screen.getByLabelText('drivestat hosts'), 'd');
    expect(screen.getByLabelText('drivestat password')).toBeDefined();
    expect(screen.queryByLabelText('enstoredb password')).toBeNull();
    expect(screen.queryByLabelText('drivestat server name')).toBeNull();
    await userEvent.type(screen.getByLabelText('drivestat connections'), '3');
    await userEvent.click(screen.getByRole('combobox', { name: 'drivestat TLS' }));
    await userEvent.click(await screen.findByText('Verify CA and name'));
    expect(screen.getByLabelText('drivestat server name')).toBeDefined();
    expect(seen.options.jsonData).toEqual({ version: 1, drivestatHosts: 'd', drivestatPoolSize: 3, drivestatTlsMode: 'verify-full' });
  });

  it('asks for the site time zone until it is set', async () => {
    const seen = edit();
    expect(screen.getByText('Choose the site’s time zone')).toBeDefined();
    await userEvent.type(screen.getByRole('combobox', { name: 'Site time zone' }), 'America/Chic{Enter}');
    expect(seen.options.jsonData.siteTimeZone).toBe('America/Chicago');
    expect(screen.queryByText('Choose the site’s time zone')).toBeNull();
  });

  it('writes limits as numbers and texts, and removes what is cleared', async () => {
    const seen = edit({ jsonData: { maxSeries: 5, cacheBytes: '64MiB' } });
    await userEvent.type(screen.getByLabelText('Series per answer'), '0');
    await userEvent.type(screen.getByLabelText('Statement timeout'), '1m');
    await userEvent.clear(screen.getByLabelText('Cache size'));
    expect(seen.options.jsonData).toEqual({ version: 1, maxSeries: 50, statementTimeout: '1m', cacheBytes: undefined });
  });

  it('tells at once what the backend would refuse', async () => {
    edit();
    await userEvent.type(screen.getByLabelText('Connect timeout'), '5');
    expect(screen.getByText(/ms, s, m, h or d/)).toBeDefined();
    await userEvent.type(screen.getByLabelText('Connections per host'), '17');
    expect(screen.getByText('A whole number from 1 to 16.')).toBeDefined();
    await userEvent.type(screen.getByLabelText('Cache size'), '64MB');
    expect(screen.getByText(/KiB, MiB or GiB/)).toBeDefined();
  });
});

describe('the table of settings', () => {
  const schema = JSON.parse(
    readFileSync('../server/src/main/resources/org/enstore/accounting/grafana/settings-model-v1.schema.json', 'utf8')
  );
  const { jsonData, secureJsonData } = schema.properties;
  const keysOf = (kinds: Array<Setting['kind']>) => settings.filter(({ kind }) => kinds.includes(kind)).map(({ key }) => key);
  const secretKinds: Array<Setting['kind']> = ['secret', 'pem'];

  it('has an entry for every setting of the backend, and no other', () => {
    const notEdited = ['version', 'enableSecureSocksProxy'];
    const edited = settings.filter(({ kind }) => kind !== 'user' && !secretKinds.includes(kind)).map(({ key }) => key);
    expect([...edited, ...notEdited].sort()).toEqual(Object.keys(jsonData.properties).sort());
    expect(keysOf(secretKinds).sort()).toEqual(Object.keys(secureJsonData.properties).sort());
  });

  it('states the defaults and bounds of the backend', () => {
    for (const setting of settings) {
      const known = jsonData.properties[setting.key];
      if ('default' in setting) {
        expect(setting.default, setting.key).toBe(known.default);
      }
      if (setting.kind === 'number') {
        expect([setting.min, setting.max], setting.key).toEqual([known.minimum, known.maximum]);
      }
      if (setting.kind === 'choice') {
        expect(setting.choices.map(({ value }) => value), setting.key).toEqual(known.enum);
      }
    }
  });

  it('explains each in one sentence', () => {
    for (const { key, help } of settings) {
      expect(help, key).toMatch(/^[A-Z].*\.$/);
    }
  });
});

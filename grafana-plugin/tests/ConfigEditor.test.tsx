// @vitest-environment jsdom
import './browser';

import { DataSourceSettings } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { describe, expect, it } from 'vitest';

import { ConfigEditor } from '../src/components/ConfigEditor';
import { limitSections } from '../src/labels';
import { EnstoreOptions, EnstoreSecureOptions } from '../src/types';

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
    edit({ jsonData: { tlsMode: 'verify-full' } });
    const names = [
      'Hosts', 'Database', 'User', 'Password', 'Site time zone', 'Allow the primary', 'TLS', 'Server name',
      'CA certificate', 'Client certificate', 'Client key',
      ...limitSections.flatMap(({ limits }) => limits.map(({ label }) => label)),
    ];
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

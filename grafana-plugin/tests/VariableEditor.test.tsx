// @vitest-environment jsdom
import './browser';

import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';

import { VariableEditor } from '../src/components/VariableEditor';
import { EnstoreVariableQuery } from '../src/types';
import { FakeBackend, fakeDataSource, FakeTemplates } from './fakes';

function edit(start: unknown) {
  const datasource = fakeDataSource(new FakeTemplates({ library: ['L'] }), new FakeBackend({ libraries: [] }));
  const seen = { query: start as EnstoreVariableQuery };
  function Settings() {
    const [query, setQuery] = useState(seen.query);
    const change = (next: EnstoreVariableQuery) => setQuery((seen.query = next));
    return <VariableEditor datasource={datasource} query={query} onChange={change as any} onRunQuery={vi.fn()} />;
  }
  render(<Settings />);
  return seen;
}

async function list(kind: string) {
  await userEvent.click(screen.getByRole('combobox', { name: 'List' }));
  await userEvent.click(await screen.findByText(kind, { selector: '[id*=option] *' }));
}

describe('VariableEditor', () => {
  it('starts from an empty text with the movers', async () => {
    const seen = edit('');
    expect(screen.getByText('Movers')).toBeDefined();
    expect(screen.getByRole('combobox', { name: 'Classes' })).toBeDefined();
    await userEvent.type(screen.getByRole('textbox', { name: 'Matching' }), '^LTO{Enter}');
    expect(seen.query).toMatchObject({ version: 1, kind: 'movers', match: '^LTO', classes: ['tape', 'disk'], lookBack: '90d' });
  });

  it('asks for classes only of movers', async () => {
    const seen = edit({ refId: 'V', kind: 'movers' });
    await list('Libraries');
    expect(seen.query.kind).toBe('libraries');
    expect(screen.queryByRole('combobox', { name: 'Classes' })).toBeNull();
  });

  it('lets an empty look-back mean the data source’s own', async () => {
    const seen = edit({ refId: 'V', lookBack: '30d' });
    const input = screen.getByRole('textbox', { name: 'Look-back' });
    await userEvent.clear(input);
    await userEvent.tab();
    expect(seen.query.lookBack).toBe('');
  });

  it('says its query as a text for Grafana’s list of variables', async () => {
    const seen = edit('');
    await list('Drive types');
    expect(seen.query).toMatchObject({ kind: 'drive-types', query: 'Drive types, seen within 90d' });
    expect(screen.getByText('Drive types, seen within 90d')).toBeDefined();
  });

  it('chains itself to another variable', async () => {
    const seen = edit({ refId: 'V', kind: 'movers' });
    await userEvent.click(screen.getByRole('combobox', { name: 'Seen with' }));
    await userEvent.click(await screen.findByText('Libraries', { selector: '[id*=option] *' }));
    await userEvent.click(screen.getByRole('combobox', { name: 'Libraries only' }));
    await userEvent.click(await screen.findByText('$library'));
    expect(seen.query).toMatchObject({ filters: { library: { include: ['$library'] } } });
    expect(seen.query.query).toContain('only library $library');
  });

  it('lists any dimension of any dataset, chained by what is seen with it', async () => {
    const seen = edit({ refId: 'V', kind: 'movers', filters: { library: { include: ['L'] } } });
    await list('Tapes');
    expect(seen.query).toMatchObject({ kind: 'tapes', filters: {}, query: 'Tapes, seen within 90d' });
    await userEvent.click(screen.getByRole('combobox', { name: 'Seen with' }));
    expect(screen.queryByText('Libraries', { selector: '[id*=option] *' })).toBeNull();
    expect(screen.getByText('Movers', { selector: '[id*=option] *' })).toBeDefined();
  });

  it('lists the names of the dataset that is chosen', async () => {
    const seen = edit({ refId: 'V', kind: 'movers', filters: { library: { include: ['L'] } } });
    await userEvent.click(screen.getByRole('combobox', { name: 'Seen in' }));
    await userEvent.click(await screen.findByText('Mishaps'));
    expect(seen.query).toMatchObject({ kind: 'movers', dataset: 'mishaps', filters: {} });
    await list('Tapes');
    expect(seen.query.dataset).toBeUndefined();
    expect(screen.queryByRole('combobox', { name: 'Seen in' })).toBeNull();
  });

  it('keeps a kind that it does not know', async () => {
    edit({ refId: 'V', kind: 'robots' });
    expect(screen.getByText('Robots')).toBeDefined();
    expect(screen.getByText('Robots, seen within 90d')).toBeDefined();
  });
});

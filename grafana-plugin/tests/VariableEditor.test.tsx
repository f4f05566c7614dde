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

describe('VariableEditor', () => {
  it('starts from an empty text with the movers', async () => {
    const seen = edit('');
    expect(screen.getByRole('radio', { name: 'Movers' })).toHaveProperty('checked', true);
    expect(screen.getByRole('combobox', { name: 'Classes' })).toBeDefined();
    await userEvent.type(screen.getByRole('textbox', { name: 'Matching' }), '^LTO{Enter}');
    expect(seen.query).toMatchObject({ version: 1, kind: 'movers', match: '^LTO', classes: ['tape', 'disk'], lookBack: '90d' });
  });

  it('asks for classes only of movers', async () => {
    const seen = edit({ refId: 'V', kind: 'movers' });
    await userEvent.click(screen.getByRole('radio', { name: 'Libraries' }));
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
    await userEvent.click(screen.getByRole('radio', { name: 'Drive types' }));
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
});

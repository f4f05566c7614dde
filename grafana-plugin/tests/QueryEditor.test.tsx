// @vitest-environment jsdom
import './browser';

import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';

import { QueryEditor } from '../src/components/QueryEditor';
import { EnstoreQuery } from '../src/types';
import { FakeBackend, fakeDataSource, FakeTemplates } from './fakes';

const movers = ['LTO8_001', 'LTO8_002'].map((name) => ({ text: name, value: name }));

/** Shows the editor and remembers the last query it made. */
function edit(start: Partial<EnstoreQuery>, backend = new FakeBackend({ movers })) {
  const datasource = fakeDataSource(new FakeTemplates({ mover: ['a'] }), backend);
  const seen = { query: { refId: 'A', ...start } as EnstoreQuery, runs: vi.fn(), backend };
  function Panel() {
    const [query, setQuery] = useState(seen.query);
    const change = (next: EnstoreQuery) => setQuery((seen.query = next));
    return <QueryEditor datasource={datasource} query={query} onChange={change} onRunQuery={seen.runs} />;
  }
  render(<Panel />);
  return seen;
}

describe('QueryEditor', () => {
  it('gives each control an accessible name', () => {
    edit({});
    for (const name of ['Measure', 'Direction', 'Unit', 'Group by']) {
      expect(screen.getByRole('radiogroup', { name })).toBeDefined();
    }
    for (const name of ['Movers', 'Storage groups', 'Libraries', 'Step', 'Source', 'Gaps']) {
      expect(screen.getByRole('combobox', { name })).toBeDefined();
    }
    for (const name of ['Matching', 'Legend']) {
      expect(screen.getByRole('textbox', { name })).toBeDefined();
    }
    expect(screen.getByLabelText('Null movers')).toBeDefined();
  });

  it('writes the version and only what was chosen, and runs the query', async () => {
    const seen = edit({});
    await userEvent.click(screen.getByRole('radio', { name: 'Throughput' }));
    await userEvent.click(screen.getByRole('radio', { name: 'Total' }));
    await userEvent.click(screen.getByRole('radio', { name: 'Sum' }));
    await userEvent.click(screen.getByRole('radio', { name: 'MB/s' }));
    await userEvent.click(screen.getByLabelText('Null movers'));
    expect(seen.query).toEqual({
      refId: 'A',
      version: 1,
      measure: 'throughput',
      groupBy: [],
      direction: 'sum',
      unit: 'MB',
      includeNullMovers: true,
    });
    expect(seen.runs).toHaveBeenCalledTimes(5);
    expect(screen.getByText(/^Read plus write throughput in total/)).toBeDefined();
  });

  it('runs an expression when it is left, not while it is typed', async () => {
    const seen = edit({});
    const input = screen.getByRole('textbox', { name: 'Matching' });
    await userEvent.type(input, '^LTO8');
    expect(seen.runs).not.toHaveBeenCalled();
    await userEvent.tab();
    expect(seen.query.filters).toEqual({ mover: { match: '^LTO8' } });
    await userEvent.clear(input);
    await userEvent.type(input, '{Enter}');
    expect(seen.query.filters).toEqual({});
    expect(seen.runs).toHaveBeenCalledTimes(2);
  });

  it('offers movers of the backend and variables', async () => {
    const seen = edit({});
    await userEvent.click(screen.getByRole('combobox', { name: 'Movers' }));
    expect(await screen.findByText('$mover')).toBeDefined();
    await userEvent.click(await screen.findByText('LTO8_002'));
    expect(seen.query.filters).toEqual({ mover: { include: ['LTO8_002'] } });
  });

  it('keeps chosen names the backend does not offer', () => {
    edit({ filters: { mover: { include: ['retired_1'] }, library: { include: ['gone'] } }, step: '45m' });
    for (const text of ['retired_1', 'gone', '45 minutes']) {
      expect(screen.getByText(text)).toBeDefined();
    }
  });

  it('tells why names could not be listed', async () => {
    edit({}, new FakeBackend({ movers: new Error('No standby answers.') }));
    await userEvent.click(screen.getByRole('combobox', { name: 'Movers' }));
    expect(await screen.findByText('No standby answers.')).toBeDefined();
  });

  it('shows with the summary only what the summary knows', async () => {
    edit({ source: 'summary' });
    expect(screen.queryByRole('combobox', { name: 'Storage groups' })).toBeNull();
    expect(screen.queryByRole('combobox', { name: 'Libraries' })).toBeNull();
    await userEvent.click(screen.getByRole('combobox', { name: 'Step' }));
    expect(screen.queryByText('12 hours')).toBeNull();
    expect(screen.getByText('1 week')).toBeDefined();
  });

  it('warns before a query that will be refused', () => {
    edit({ source: 'summary', step: '1h', filters: { storageGroup: { include: ['cms'] } } });
    expect(screen.getByText(/holds whole days/)).toBeDefined();
    expect(screen.getByText(/does not know storage groups/)).toBeDefined();
    expect(screen.getByRole('combobox', { name: 'Storage groups' })).toBeDefined();
  });

  it('leaves a query of a newer plugin alone', () => {
    const seen = edit({ version: 2 });
    expect(screen.getByText(/newer version/)).toBeDefined();
    expect(screen.queryByRole('radiogroup')).toBeNull();
    expect(seen.query.version).toBe(2);
  });

  it('shows a sentence instead of nothing when it fails', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    edit({ filters: { mover: { include: 7 as any } } });
    expect(screen.getByText('The query editor failed')).toBeDefined();
  });
});

// @vitest-environment jsdom
import './browser';

import { CoreApp } from '@grafana/data';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';

import { QueryEditor } from '../src/components/QueryEditor';
import { queryLabels } from '../src/labels';
import { EnstoreQuery } from '../src/types';
import { lacking } from './catalog';
import { FakeBackend, fakeDataSource, FakeTemplates } from './fakes';

const movers = ['LTO8_001', 'LTO8_002'].map((name) => ({ text: name, value: name }));

/** Shows the editor, where Grafana shows it so, and remembers the last query it made. */
function edit(start: Partial<EnstoreQuery>, backend = new FakeBackend({ movers }), place: { app?: CoreApp; range?: any } = {}) {
  const datasource = fakeDataSource(new FakeTemplates({ mover: ['a'] }), backend);
  const seen = { query: { refId: 'A', ...start } as EnstoreQuery, runs: vi.fn(), backend };
  function Panel() {
    const [query, setQuery] = useState(seen.query);
    const change = (next: EnstoreQuery) => setQuery((seen.query = next));
    return <QueryEditor datasource={datasource} query={query} onChange={change} onRunQuery={seen.runs} {...place} />;
  }
  render(<Panel />);
  return seen;
}

async function choose(list: string, entry: string) {
  await userEvent.click(screen.getByRole('combobox', { name: list }));
  const entries = await screen.findAllByText(entry);
  await userEvent.click(entries[entries.length - 1]);
}

describe('QueryEditor', () => {
  it('gives each control an accessible name', () => {
    edit({ measure: 'bytes' });
    for (const name of ['Direction', 'Unit', 'Compare']) {
      expect(screen.getByRole('radiogroup', { name })).toBeDefined();
    }
    for (const name of ['Ask for', 'Measure', 'Group by', 'Movers: how', 'Movers only', 'Filter', 'Step', 'Source', 'Gaps']) {
      expect(screen.getByRole('combobox', { name })).toBeDefined();
    }
    expect(screen.getByRole('textbox', { name: 'Legend' })).toBeDefined();
    expect(screen.getByRole('spinbutton', { name: 'Largest' })).toBeDefined();
    for (const name of ['Null movers', 'Running total', 'Live']) {
      expect(screen.getByLabelText(name)).toBeDefined();
    }
  });

  it('explains each control in one sentence', () => {
    for (const [name, { help }] of Object.entries(queryLabels)) {
      expect(help, name).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('writes the version and only what was chosen, and runs the query', async () => {
    const seen = edit({});
    await choose('Measure', 'Throughput');
    await userEvent.click(screen.getByRole('radio', { name: 'Sum' }));
    await userEvent.click(screen.getByRole('radio', { name: 'MB/s' }));
    await userEvent.click(screen.getByRole('radio', { name: 'Previous period' }));
    await userEvent.click(screen.getByLabelText('Null movers'));
    expect(seen.query).toEqual({
      refId: 'A',
      version: 1,
      measure: 'throughput',
      direction: 'sum',
      unit: 'MB',
      compare: 'previousPeriod',
      includeNullMovers: true,
    });
    expect(seen.runs).toHaveBeenCalledTimes(5);
    expect(screen.getByText(/^Throughput per mover, read plus written/)).toBeDefined();
  });

  it('groups by several dimensions, or by none', async () => {
    const seen = edit({});
    await choose('Group by', 'Drive type');
    expect(seen.query.groupBy).toEqual(['mover', 'driveType']);
    await userEvent.type(screen.getByRole('combobox', { name: 'Group by' }), '{Backspace}');
    expect(seen.query.groupBy).toEqual(['mover']);
    await userEvent.type(screen.getByRole('combobox', { name: 'Group by' }), '{Backspace}');
    expect(seen.query.groupBy).toEqual([]);
    expect(screen.queryByRole('spinbutton', { name: 'Largest' })).toBeNull();
  });

  it('takes a number of largest groups, and drops it with the groups', async () => {
    const seen = edit({});
    const input = screen.getByRole('spinbutton', { name: 'Largest' });
    await userEvent.type(input, '10{Enter}');
    expect(seen.query.top).toBe(10);
    await userEvent.type(screen.getByRole('combobox', { name: 'Group by' }), '{Backspace}');
    expect(seen.query).not.toHaveProperty('top');
  });

  it('begins to group with the ten largest, and leaves the number alone then', async () => {
    const seen = edit({ groupBy: [] });
    await choose('Group by', 'Mover');
    expect(seen.query).toMatchObject({ groupBy: ['mover'], top: 10 });
    await userEvent.type(screen.getByRole('spinbutton', { name: 'Largest' }), '{Backspace}{Backspace}{Enter}');
    await choose('Group by', 'Library');
    expect(seen.query.groupBy).toEqual(['mover', 'library']);
    expect(seen.query.top).toBeUndefined();
  });

  it('shows only what fits the measure, and drops what does not', async () => {
    const seen = edit({ runningTotal: true });
    await choose('Measure', 'Drive rate, median');
    for (const name of ['Running total', 'Source', 'Gaps']) {
      expect(screen.queryByLabelText(name), name).toBeNull();
    }
    expect(seen.query).toEqual({ refId: 'A', version: 1, measure: 'driveRateP50' });
    await choose('Measure', 'Transfers');
    expect(screen.queryByRole('radiogroup', { name: 'Unit' })).toBeNull();
    expect(screen.getByLabelText('Running total')).toBeDefined();
  });

  it('runs an expression when it is left, not while it is typed', async () => {
    const seen = edit({ filters: { mover: { match: '^L' } } });
    const input = screen.getByRole('textbox', { name: 'Movers matching' });
    await userEvent.type(input, 'TO8');
    expect(seen.runs).not.toHaveBeenCalled();
    await userEvent.tab();
    expect(seen.query.filters).toEqual({ mover: { match: '^LTO8' } });
    await userEvent.clear(input);
    await userEvent.type(input, '{Enter}');
    expect(seen.query.filters).toEqual({});
    expect(seen.runs).toHaveBeenCalledTimes(2);
    expect(screen.getByRole('textbox', { name: 'Movers matching' })).toBeDefined();
  });

  it('offers movers of the backend and variables', async () => {
    const seen = edit({});
    await userEvent.click(screen.getByRole('combobox', { name: 'Movers only' }));
    expect(await screen.findByText('$mover')).toBeDefined();
    await userEvent.click(await screen.findByText('LTO8_002'));
    expect(seen.query.filters).toEqual({ mover: { include: ['LTO8_002'] } });
  });

  it('filters by any dimension, and takes a filter away again', async () => {
    const libraries = [{ text: 'CD-LTO8G1', value: 'CD-LTO8G1' }];
    const seen = edit({}, new FakeBackend({ libraries }));
    await choose('Filter', 'Libraries');
    await choose('Libraries only', 'CD-LTO8G1');
    expect(seen.query.filters).toEqual({ library: { include: ['CD-LTO8G1'] } });
    await choose('Libraries: how', 'without');
    expect(seen.query.filters).toEqual({ library: { exclude: ['CD-LTO8G1'] } });
    await choose('Libraries: how', 'matching');
    expect(seen.query.filters).toEqual({});
    await userEvent.type(screen.getByRole('textbox', { name: 'Libraries matching' }), 'T${Enter}');
    expect(seen.query.filters).toEqual({ library: { match: 'T$' } });
    await userEvent.click(screen.getByRole('button', { name: 'Remove Libraries matching' }));
    expect(seen.query.filters).toEqual({});
    expect(screen.queryByRole('textbox', { name: 'Libraries matching' })).toBeNull();
  });

  it('knows the classes of movers without asking', async () => {
    const seen = edit({});
    await choose('Filter', 'Mover classes');
    await choose('Mover classes only', 'Disk');
    expect(seen.query.filters).toEqual({ moverClass: { include: ['disk'] } });
    expect(seen.backend.asked).toEqual([]);
  });

  it('groups the measures by what they are of, and explains each', async () => {
    edit({});
    await userEvent.click(screen.getByRole('combobox', { name: 'Measure' }));
    for (const text of ['Mishaps', 'How long it took', 'Bytes divided by files']) {
      expect(screen.getAllByText(text).length).toBeGreaterThan(0);
    }
    await userEvent.type(screen.getByRole('combobox', { name: 'Measure' }), 'elay');
    expect(screen.getByText('How long it took')).toBeDefined();
    expect(screen.queryByText('Bytes divided by files')).toBeNull();
  });

  it('drops what another dataset does not have, and offers what it has', async () => {
    const seen = edit({ direction: 'read', top: 10, filters: { library: { include: ['L'] } } });
    await choose('Measure', 'Delay');
    expect(seen.query).toEqual({ refId: 'A', version: 1, measure: 'delay', groupBy: ['kind'], top: 10, filters: {} });
    expect(screen.getByText(/^Delay per kind/)).toBeDefined();
    for (const name of ['Direction', 'Unit']) {
      expect(screen.queryByRole('radiogroup', { name }), name).toBeNull();
    }
    for (const name of ['Null movers', 'Running total', 'Source', 'Gaps']) {
      expect(screen.queryByLabelText(name), name).toBeNull();
    }
    await userEvent.click(screen.getByRole('combobox', { name: 'Filter' }));
    expect(screen.getByText('Tapes')).toBeDefined();
    expect(screen.queryByText('Libraries')).toBeNull();
    await choose('Kinds only', 'Robot');
    expect(seen.query.filters).toEqual({ kind: { include: ['robot'] } });
  });

  it('shows what the database lacks, and lets it not be chosen', async () => {
    const seen = edit({}, new FakeBackend({ catalog: lacking }));
    await choose('Measure', 'Delay');
    expect(seen.runs).not.toHaveBeenCalled();
    expect(screen.getAllByText(/GRANT SELECT ON mishap/)).toHaveLength(2);
  });

  it('keeps a query usable while what can be asked is not known', async () => {
    const backend = new FakeBackend({ catalog: new Error('No standby answers.') });
    const seen = edit({ measure: 'mishaps', groupBy: ['kind'], filters: { tape: { include: ['V1'] } } }, backend);
    expect(await screen.findByText('No standby answers.')).toBeDefined();
    for (const text of ['mishaps', 'V1', 'Kind']) {
      expect(screen.getByText(text)).toBeDefined();
    }
    expect(screen.queryByText('This query will be refused')).toBeNull();
    await choose('Step', '1 day');
    expect(seen.query).toEqual({
      refId: 'A', version: 1, measure: 'mishaps', groupBy: ['kind'], filters: { tape: { include: ['V1'] } }, step: '1d',
    });
    delete backend.resources.catalog;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(/^Mishaps per kind, only tape V1, daily/)).toBeDefined();
    expect(screen.queryByText('No standby answers.')).toBeNull();
  });

  it('keeps chosen names the backend does not offer', () => {
    edit({ filters: { mover: { include: ['retired_1'] }, library: { include: ['gone'] } }, step: '45m' });
    for (const text of ['retired_1', 'gone', '45 minutes']) {
      expect(screen.getByText(text)).toBeDefined();
    }
  });

  it('tells why names could not be listed', async () => {
    edit({}, new FakeBackend({ movers: new Error('No standby answers.') }));
    await userEvent.click(screen.getByRole('combobox', { name: 'Movers only' }));
    expect(await screen.findByText('No standby answers.')).toBeDefined();
  });

  it('shows with the summary only what the summary knows', async () => {
    edit({ source: 'summary' });
    await userEvent.click(screen.getByRole('combobox', { name: 'Filter' }));
    expect(screen.getByText('Mover classes')).toBeDefined();
    expect(screen.queryByText('Libraries')).toBeNull();
    await userEvent.click(screen.getByRole('combobox', { name: 'Step' }));
    expect(screen.queryByText('12 hours')).toBeNull();
    expect(screen.getByText('1 week')).toBeDefined();
  });

  it('warns before a query that will be refused', () => {
    edit({ source: 'summary', filters: { storageGroup: { include: ['cms'] } } });
    expect(screen.getByText('This query will be refused')).toBeDefined();
    expect(screen.getByText(/does not know storage groups/)).toBeDefined();
    expect(screen.getByRole('combobox', { name: 'Storage groups only' })).toBeDefined();
    expect(screen.getByRole('combobox', { name: 'Source' })).toBeDefined();
  });

  it('tells what will be answered otherwise than asked', () => {
    edit({ source: 'summary', step: '1h' });
    expect(screen.queryByText('This query will be refused')).toBeNull();
    expect(screen.getByText(/holds whole days/)).toBeDefined();
  });

  it('turns into a reconciliation and back', async () => {
    const seen = edit({ measure: 'throughput', filters: { mover: { include: ['LTO8_001'] }, library: { include: ['L'] } } });
    await choose('Ask for', 'Reconciliation');
    expect(seen.query).toEqual({ refId: 'A', version: 1, queryType: 'reconciliation', filters: { mover: { include: ['LTO8_001'] } } });
    expect(screen.queryByRole('combobox', { name: 'Measure' })).toBeNull();
    await userEvent.click(screen.getByLabelText('Only differences'));
    expect(seen.query.onlyDifferences).toBe(false);
    await choose('Ask for', 'Series');
    expect(seen.query).toEqual({ refId: 'A', version: 1, queryType: 'series', filters: { mover: { include: ['LTO8_001'] } } });
  });

  it('turns into a forecast of the total, which has keys of its own', async () => {
    const seen = edit({ groupBy: ['mover'], top: 10, step: '15m', filters: { library: { include: ['L'] } } });
    await choose('Ask for', 'Forecast');
    expect(seen.query).toEqual({ refId: 'A', version: 1, queryType: 'forecast', filters: { library: { include: ['L'] } } });
    for (const name of ['Live', 'Gaps', 'Running total', 'Sum of groups']) {
      expect(screen.queryByLabelText(name), name).toBeNull();
    }
    await choose('Group by', 'Mover');
    await userEvent.click(screen.getByRole('radio', { name: 'Also' }));
    await choose('Step', '1 week');
    await userEvent.clear(screen.getByRole('textbox', { name: 'Learn from' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Learn from' }), '365d{Enter}');
    expect(seen.query).toMatchObject({ groupBy: ['mover'], top: 3, total: 'also', step: '1w', history: '365d' });
    expect(screen.getByText(/^Forecast of bytes per mover, read and written, the 3 largest/)).toBeDefined();
    await choose('Measure', 'Throughput');
    expect(seen.query).not.toHaveProperty('total');
  });

  it('asks for anomalies and for what a change is made of', async () => {
    const seen = edit({});
    await choose('Ask for', 'Anomalies');
    await userEvent.click(screen.getByRole('radio', { name: 'Flags' }));
    await userEvent.type(screen.getByRole('spinbutton', { name: 'False alarms' }), '{Backspace}0.5{Enter}');
    expect(seen.query).toEqual({ refId: 'A', version: 1, queryType: 'anomalies', view: 'flags', falseAlarms: 0.5 });
    await choose('Ask for', 'Changes');
    await userEvent.click(screen.getByRole('radio', { name: 'Year before' }));
    expect(seen.query).toEqual({ refId: 'A', version: 1, queryType: 'changes', groupBy: ['mover'], against: 'yearBefore' });
    await userEvent.click(screen.getByRole('combobox', { name: 'Measure' }));
    expect(screen.queryByText('Throughput')).toBeNull();
  });

  it('asks for what is at risk', async () => {
    const seen = edit({ filters: { library: { include: ['L'] } } });
    await choose('Ask for', 'Risk');
    await userEvent.click(screen.getByRole('radio', { name: 'Suspects' }));
    await userEvent.clear(screen.getByRole('textbox', { name: 'Half-life' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Half-life' }), '90d{Enter}');
    expect(seen.query).toEqual({
      refId: 'A', version: 1, queryType: 'risk', view: 'suspects', halfLife: '90d', filters: { library: { include: ['L'] } },
    });
    expect(screen.getByText(/^Drives and tapes that errors point to, only library L/)).toBeDefined();
    expect(screen.getByText(/from 1d to 60d/)).toBeDefined();
  });

  it('asks when stocks run out', async () => {
    const seen = edit({});
    await choose('Ask for', 'Capacity');
    await userEvent.click(screen.getByRole('radio', { name: 'Quotas' }));
    await userEvent.type(screen.getByRole('spinbutton', { name: 'Reserve' }), '5{Enter}');
    expect(seen.query).toMatchObject({ queryType: 'capacity', stock: 'quotas', reserve: 5 });
    expect(screen.getByText('When quotas run out, 5 to be left, learnt from 366d, delivered in 60d')).toBeDefined();
    expect(screen.queryByText('This query will be refused')).toBeNull();
  });

  it('asks for the state or the course of replication', async () => {
    const seen = edit({ queryType: 'replication' });
    await userEvent.click(screen.getByRole('radio', { name: 'History' }));
    expect(seen.query).toEqual({ refId: 'A', version: 1, queryType: 'replication', view: 'history' });
    expect(screen.queryByRole('combobox', { name: 'Movers only' })).toBeNull();
  });

  it('goes live, and says when the time range keeps it from it', async () => {
    const seen = edit({}, undefined, { range: { raw: { from: 'now-2d', to: 'now-1d' } } });
    expect(screen.queryByText(/time range that ends now/)).toBeNull();
    await userEvent.click(screen.getByLabelText('Live'));
    expect(seen.query).toEqual({ refId: 'A', version: 1, live: true });
    expect(screen.getByText(/, live$/)).toBeDefined();
    expect(screen.getByText(/Live needs a time range that ends now/)).toBeDefined();
  });

  it('says nothing about a live query whose time range ends now', () => {
    edit({ live: true }, undefined, { app: CoreApp.PanelEditor, range: { raw: { from: 'now-1h', to: 'now' } } });
    expect(screen.queryByText(/a little differently/)).toBeNull();
  });

  it('offers no live query in alert rules and to other kinds of queries', async () => {
    edit({ live: true }, undefined, { app: CoreApp.UnifiedAlerting, range: { raw: { from: 'now-1h', to: 'now-5m' } } });
    expect(screen.queryByLabelText('Live')).toBeNull();
    expect(screen.queryByText(/a little differently/)).toBeNull();
    cleanup();
    const seen = edit({ live: true });
    await choose('Ask for', 'Replication');
    expect(screen.queryByLabelText('Live')).toBeNull();
    expect(seen.query).not.toHaveProperty('live');
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

// @vitest-environment jsdom
import './browser';

import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';

import { AnnotationEditor } from '../src/components/AnnotationEditor';
import { EnstoreQuery } from '../src/types';
import { FakeBackend, fakeDataSource, FakeTemplates } from './fakes';

function edit(start: Partial<EnstoreQuery>) {
  const movers = [{ text: 'LTO8_001', value: 'LTO8_001' }];
  const datasource = fakeDataSource(new FakeTemplates(), new FakeBackend({ movers }));
  const seen = { query: { refId: 'Anno', ...start } as EnstoreQuery };
  function Settings() {
    const [query, setQuery] = useState(seen.query);
    const change = (next: EnstoreQuery) => setQuery((seen.query = next));
    return <AnnotationEditor datasource={datasource} query={query} onChange={change} onRunQuery={vi.fn()} />;
  }
  render(<Settings />);
  return seen;
}

describe('AnnotationEditor', () => {
  it('marks silent movers unless told otherwise', async () => {
    const seen = edit({ measure: 'bytes', groupBy: ['mover'] });
    expect(screen.getByRole('radio', { name: 'Mover silent' })).toHaveProperty('checked', true);
    expect(screen.getByText('Movers that fall silent, for 1d')).toBeDefined();
    await userEvent.clear(screen.getByRole('textbox', { name: 'Silent for' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Silent for' }), '12h{Enter}');
    expect(seen.query).toEqual({ refId: 'Anno', version: 1, queryType: 'annotations', silence: '12h' });
  });

  it('asks for movers, or for a lag where there are none', async () => {
    const seen = edit({});
    await userEvent.click(screen.getByRole('combobox', { name: 'Movers only' }));
    await userEvent.click(await screen.findByText('LTO8_001'));
    expect(seen.query.filters).toEqual({ mover: { include: ['LTO8_001'] } });
    await userEvent.click(screen.getByRole('radio', { name: 'Replication lag' }));
    expect(screen.queryByRole('combobox', { name: 'Movers only' })).toBeNull();
    await userEvent.type(screen.getByRole('textbox', { name: 'Lag above' }), '10m{Enter}');
    expect(seen.query).toMatchObject({ event: 'replicationLag', lag: '10m' });
  });

  it('marks anomalies of a measure', async () => {
    const seen = edit({ silence: '2d' });
    await userEvent.click(screen.getByRole('radio', { name: 'Anomaly' }));
    await userEvent.click(screen.getByRole('combobox', { name: 'Step' }));
    await userEvent.click(await screen.findByText('1 hour'));
    expect(seen.query).toEqual({ refId: 'Anno', version: 1, queryType: 'annotations', event: 'anomaly', step: '1h' });
    expect(screen.queryByRole('textbox', { name: 'Silent for' })).toBeNull();
    expect(screen.getByText(/^Times of unusual bytes in total/)).toBeDefined();
  });

  it('warns before a query that will be refused', async () => {
    edit({ event: 'moverSilent', silence: '5m' });
    expect(screen.getByText(/from 1h to 90d/)).toBeDefined();
  });
});

// @vitest-environment jsdom
import './browser';

import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';

import { VariableEditor } from '../src/components/VariableEditor';
import { EnstoreVariableQuery } from '../src/types';
import { fakeDataSource } from './fakes';

function edit(start: unknown) {
  const datasource = fakeDataSource();
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

  it('falls back to the default look-back when it is cleared', async () => {
    const seen = edit({ refId: 'V', lookBack: '30d' });
    const input = screen.getByRole('textbox', { name: 'Look-back' });
    await userEvent.clear(input);
    await userEvent.tab();
    expect(seen.query.lookBack).toBe('90d');
  });
});

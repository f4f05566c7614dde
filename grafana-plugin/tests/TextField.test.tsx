// @vitest-environment jsdom
import './browser';

import { fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { describe, expect, it, vi } from 'vitest';

import { TextField } from '../src/components/TextField';

describe('TextField', () => {
  it('reports its text on Enter, and leaves the form around it alone', () => {
    const onCommit = vi.fn();
    render(<TextField id="x" value="" width={10} onCommit={onCommit} />);
    const field = screen.getByRole('textbox');
    fireEvent.change(field, { target: { value: '^LTO ' } });
    const isLeftToTheForm = fireEvent.keyDown(field, { key: 'Enter' });
    expect(onCommit).toHaveBeenCalledExactlyOnceWith('^LTO');
    expect(isLeftToTheForm).toBe(false);
    expect(fireEvent.keyDown(field, { key: 'a' })).toBe(true);
  });
});

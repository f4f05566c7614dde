import { Input } from '@grafana/ui';
import React, { useEffect, useState } from 'react';

interface Props {
  id: string;
  /** Where no label stands beside it. */
  label?: string;
  value: string;
  placeholder?: string;
  width: number;
  type?: 'text' | 'number';
  onCommit: (value: string) => void;
}

/** A text input that reports its text when it is left or Enter is pressed, so that half an expression is never run. */
export function TextField({ id, label, value, placeholder, width, type = 'text', onCommit }: Props) {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);

  const commit = () => {
    const text = draft.trim();
    if (text !== value) {
      onCommit(text);
    }
  };
  return (
    <Input
      id={id}
      aria-label={label}
      type={type}
      value={draft}
      placeholder={placeholder}
      width={width}
      spellCheck={false}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          // In a form, such as Grafana has around the variable editor, the key would press its first button too.
          event.preventDefault();
          commit();
        }
      }}
    />
  );
}

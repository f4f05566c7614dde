import { Input } from '@grafana/ui';
import React, { useEffect, useState } from 'react';

interface Props {
  id: string;
  value: string;
  placeholder?: string;
  width: number;
  onCommit: (value: string) => void;
}

/** A text input that reports its text when it is left or Enter is pressed, so that half an expression is never run. */
export function TextField({ id, value, placeholder, width, onCommit }: Props) {
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
      value={draft}
      placeholder={placeholder}
      width={width}
      spellCheck={false}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}

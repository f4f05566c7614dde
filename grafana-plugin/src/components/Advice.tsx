import { Alert } from '@grafana/ui';
import React from 'react';

interface Props {
  /** What the backend will refuse. */
  objections: string[];
  /** What it will answer otherwise than asked. */
  remarks?: string[];
  /** Why names could not be listed. */
  fault?: string;
}

/** What is to be known before a query runs; nothing when there is nothing. */
export function Advice({ objections, remarks = [], fault }: Props) {
  return (
    <>
      {objections.length > 0 && (
        <Alert severity="warning" title="This query will be refused">
          <Sentences of={objections} />
        </Alert>
      )}
      {remarks.length > 0 && (
        <Alert severity="info" title="This query will be answered a little differently">
          <Sentences of={remarks} />
        </Alert>
      )}
      {fault && (
        <Alert severity="info" title="The names could not be listed, but can be typed in">
          {fault}
        </Alert>
      )}
    </>
  );
}

function Sentences({ of: sentences }: { of: string[] }) {
  return (
    <>
      {sentences.map((sentence) => (
        <div key={sentence}>{sentence}</div>
      ))}
    </>
  );
}

import { Alert, Button } from '@grafana/ui';
import React from 'react';

import { Unlisted } from './useCatalog';

interface Props {
  /** What the backend will refuse. */
  objections: string[];
  /** What it will answer otherwise than asked. */
  remarks?: string[];
  /** Why names could not be listed. */
  fault?: string;
  /** Why what can be asked could not be listed. */
  unlisted?: Unlisted;
}

/** What is to be known before a query runs; nothing when there is nothing. */
export function Advice({ objections, remarks = [], fault, unlisted }: Props) {
  return (
    <>
      {unlisted && (
        <Alert severity="warning" title="What can be asked could not be listed; the query is kept as it is">
          <p>{unlisted.fault}</p>
          <Button size="sm" variant="secondary" onClick={unlisted.again}>
            Try again
          </Button>
        </Alert>
      )}
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

import { QueryEditorProps } from '@grafana/data';
import { InlineField, RadioButtonGroup } from '@grafana/ui';
import React, { useState } from 'react';

import type { EnstoreDataSource } from '../datasource';
import { describe } from '../describe';
import { asEvents } from '../fit';
import { eventChoices, queryLabels } from '../labels';
import { objections } from '../objections';
import { DEFAULTS, DIMENSIONS, EnstoreOptions, EnstoreQuery } from '../types';
import { Advice } from './Advice';
import { FilterRows } from './FilterRows';
import { TextField } from './TextField';

type Props = QueryEditorProps<EnstoreDataSource, EnstoreQuery, EnstoreOptions>;

const LABEL_WIDTH = 18;
const PREFIX = 'enstore-annotation';

const id = (name: 'event' | 'silence' | 'lag') => `${PREFIX}-${name}`;
const field = (name: 'event' | 'silence' | 'lag') => ({
  label: queryLabels[name].label,
  tooltip: queryLabels[name].help,
  labelWidth: LABEL_WIDTH,
  htmlFor: id(name),
});

/** Edits what is marked on the panels of a dashboard. */
export function AnnotationEditor({ datasource, query: saved, onChange, onRunQuery }: Props) {
  const [fault, setFault] = useState<string>();
  const query = { ...DEFAULTS.annotations, ...asEvents(saved) };
  const { event } = query;
  const change = (part: Partial<EnstoreQuery>) => {
    onChange({ ...asEvents(saved), ...part });
    onRunQuery();
  };
  return (
    <>
      <InlineField {...field('event')}>
        <RadioButtonGroup
          id={id('event')}
          aria-label={queryLabels.event.label}
          options={eventChoices}
          value={event}
          onChange={(chosen) => change({ event: chosen })}
        />
      </InlineField>
      {event === 'moverSilent' && (
        <InlineField {...field('silence')}>
          <TextField
            id={id('silence')}
            value={query.silence}
            placeholder={DEFAULTS.annotations.silence}
            width={16}
            onCommit={(silence) => change({ silence: silence || undefined })}
          />
        </InlineField>
      )}
      {event === 'replicationLag' ? (
        <InlineField {...field('lag')}>
          <TextField
            id={id('lag')}
            value={query.lag}
            placeholder="as the data source warns"
            width={28}
            onCommit={(lag) => change({ lag: lag || undefined })}
          />
        </InlineField>
      ) : (
        <FilterRows
          prefix={PREFIX}
          datasource={datasource}
          dimensions={DIMENSIONS}
          always="mover"
          filters={query.filters}
          add={queryLabels.addFilter}
          labelWidth={LABEL_WIDTH}
          onChange={(filters) => change({ filters })}
          onFault={setFault}
        />
      )}
      <p>{describe(query as EnstoreQuery)}</p>
      <Advice objections={objections(query as EnstoreQuery)} fault={fault} />
    </>
  );
}

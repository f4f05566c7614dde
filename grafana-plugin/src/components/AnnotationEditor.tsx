import { QueryEditorProps } from '@grafana/data';
import React, { useState } from 'react';

import { firstDataset } from '../catalog';
import { describe } from '../describe';
import { asEvents, fitted, pruned, withMeasure } from '../fit';
import { eventChoices, queryLabels } from '../labels';
import { EditedSource } from '../lookup';
import { objections } from '../objections';
import { DEFAULTS, EnstoreOptions, EnstoreQuery } from '../types';
import { Advice } from './Advice';
import { FilterRows } from './FilterRows';
import { LabelName, RadioControl, TextControl } from './Labelled';
import { MeasuredControls } from './MeasuredControls';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<EditedSource, EnstoreQuery, EnstoreOptions>;

const LABEL_WIDTH = 18;
const PREFIX = 'enstore-annotation';

const at = (name: LabelName) => ({ prefix: PREFIX, name, labelWidth: LABEL_WIDTH });

/** Edits what is marked on the panels of a dashboard. */
export function AnnotationEditor({ datasource, query: saved, onChange, onRunQuery }: Props) {
  const [fault, setFault] = useState<string>();
  const { catalog, unlisted } = useCatalog(datasource);
  const dataset = firstDataset(catalog);
  const events = asEvents(saved);
  const query = { ...DEFAULTS.annotations, ...events };
  const { event } = query;
  const replace = (next: EnstoreQuery) => {
    onChange(pruned(next));
    onRunQuery();
  };
  const change = (part: Partial<EnstoreQuery>) => replace({ ...events, ...part });
  return (
    <>
      <RadioControl {...at('event')} options={eventChoices} value={event} onChange={(chosen) => change({ event: chosen })} />
      {event === 'moverSilent' && (
        <TextControl
          {...at('silence')}
          value={query.silence}
          placeholder={DEFAULTS.annotations.silence}
          width={16}
          onChange={(silence) => change({ silence: silence || undefined })}
        />
      )}
      {event === 'anomaly' && (
        <MeasuredControls
          query={events}
          datasource={datasource}
          catalog={catalog}
          change={(part) => replace(fitted({ ...events, ...part }, catalog))}
          prefix={PREFIX}
          onFault={setFault}
          canBeLive={false}
          onMeasure={(measure) => replace(withMeasure(events, measure, catalog))}
        />
      )}
      {event === 'replicationLag' && (
        <TextControl
          {...at('lag')}
          value={query.lag}
          placeholder="as the data source warns"
          width={28}
          onChange={(lag) => change({ lag: lag || undefined })}
        />
      )}
      {event !== 'replicationLag' && event !== 'anomaly' && (
        <FilterRows
          prefix={PREFIX}
          datasource={datasource}
          catalog={catalog}
          dimensions={dataset?.dimensions ?? []}
          always={dataset?.subject}
          filters={query.filters}
          add={queryLabels.addFilter}
          labelWidth={LABEL_WIDTH}
          onChange={(filters) => change({ filters })}
          onFault={setFault}
        />
      )}
      <p>{describe(events, catalog)}</p>
      <Advice objections={objections(events, catalog)} fault={fault} unlisted={unlisted} />
    </>
  );
}

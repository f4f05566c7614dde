import { QueryEditorProps } from '@grafana/data';
import React, { useState } from 'react';

import { describeVariable } from '../describe';
import { classChoices, kindChoices, queryLabels } from '../labels';
import { EditedSource } from '../lookup';
import { migrateVariableQuery } from '../migrate';
import { CHAINS, EnstoreOptions, EnstoreQuery, EnstoreVariableQuery, VARIABLE_DEFAULTS } from '../types';
import { Advice } from './Advice';
import { FilterRows } from './FilterRows';
import { LabelName, MultiSelectControl, RadioControl, TextControl } from './Labelled';

type Props = QueryEditorProps<EditedSource, EnstoreQuery, EnstoreOptions, EnstoreVariableQuery>;

const LABEL_WIDTH = 20;
const PREFIX = 'enstore-variable';

const at = (name: LabelName) => ({ prefix: 'enstore', name, labelWidth: LABEL_WIDTH });

/** Edits what a dashboard variable lists. */
export function VariableEditor({ datasource, query: saved, onChange }: Props) {
  const [fault, setFault] = useState<string>();
  const query = migrateVariableQuery(saved);
  const change = (part: Partial<EnstoreVariableQuery>) => {
    const next = { ...query, ...part };
    // Grafana's list of variables shows the text found under this name.
    onChange({ ...next, query: describeVariable(next) });
  };
  return (
    <>
      <RadioControl {...at('variableKind')} options={kindChoices} value={query.kind} onChange={(kind) => change({ kind })} />
      {query.kind === 'movers' && (
        <MultiSelectControl
          {...at('variableClasses')}
          options={classChoices}
          value={query.classes}
          width={40}
          onChange={(chosen) => change({ classes: chosen.length > 0 ? chosen : VARIABLE_DEFAULTS.classes })}
        />
      )}
      <TextControl
        {...at('variableMatch')}
        value={query.match}
        placeholder="any name"
        width={40}
        onChange={(match) => change({ match })}
      />
      <TextControl
        {...at('variableLookBack')}
        value={query.lookBack}
        placeholder="as the data source is set"
        width={28}
        onChange={(lookBack) => change({ lookBack })}
      />
      <FilterRows
        prefix={PREFIX}
        datasource={datasource}
        dimensions={CHAINS}
        filters={query.filters}
        add={queryLabels.variableFilter}
        labelWidth={LABEL_WIDTH}
        onChange={(filters) => change({ filters })}
        onFault={setFault}
      />
      <p>{describeVariable(query)}</p>
      <Advice objections={[]} fault={fault} />
    </>
  );
}

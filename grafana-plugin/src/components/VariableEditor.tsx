import { QueryEditorProps } from '@grafana/data';
import { InlineField, MultiSelect, RadioButtonGroup } from '@grafana/ui';
import React, { useState } from 'react';

import type { EnstoreDataSource } from '../datasource';
import { describeVariable } from '../describe';
import { classChoices, kindChoices, queryLabels } from '../labels';
import { migrateVariableQuery } from '../migrate';
import { CHAINS, EnstoreOptions, EnstoreQuery, EnstoreVariableQuery, VARIABLE_DEFAULTS } from '../types';
import { Advice } from './Advice';
import { FilterRows } from './FilterRows';
import { TextField } from './TextField';

type Props = QueryEditorProps<EnstoreDataSource, EnstoreQuery, EnstoreOptions, EnstoreVariableQuery>;

type LabelName = 'variableKind' | 'variableClasses' | 'variableMatch' | 'variableLookBack';

const LABEL_WIDTH = 20;
const PREFIX = 'enstore-variable';

const id = (name: LabelName) => `enstore-${name}`;
const field = (name: LabelName) => ({
  label: queryLabels[name].label,
  tooltip: queryLabels[name].help,
  labelWidth: LABEL_WIDTH,
  htmlFor: id(name),
});

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
      <InlineField {...field('variableKind')}>
        <RadioButtonGroup
          id={id('variableKind')}
          aria-label={queryLabels.variableKind.label}
          options={kindChoices}
          value={query.kind}
          onChange={(kind) => change({ kind })}
        />
      </InlineField>
      {query.kind === 'movers' && (
        <InlineField {...field('variableClasses')}>
          <MultiSelect
            inputId={id('variableClasses')}
            aria-label={queryLabels.variableClasses.label}
            options={classChoices}
            value={query.classes}
            width={40}
            onChange={(chosen) =>
              change({ classes: chosen.length > 0 ? chosen.flatMap(({ value }) => value ?? []) : VARIABLE_DEFAULTS.classes })
            }
          />
        </InlineField>
      )}
      <InlineField {...field('variableMatch')}>
        <TextField
          id={id('variableMatch')}
          value={query.match}
          placeholder="any name"
          width={40}
          onCommit={(match) => change({ match })}
        />
      </InlineField>
      <InlineField {...field('variableLookBack')}>
        <TextField
          id={id('variableLookBack')}
          value={query.lookBack}
          placeholder="as the data source is set"
          width={28}
          onCommit={(lookBack) => change({ lookBack })}
        />
      </InlineField>
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

import { QueryEditorProps } from '@grafana/data';
import { InlineField, MultiSelect, RadioButtonGroup } from '@grafana/ui';
import React from 'react';

import type { EnstoreDataSource } from '../datasource';
import { classChoices, kindChoices, queryLabels } from '../labels';
import { migrateVariableQuery } from '../migrate';
import { EnstoreOptions, EnstoreQuery, EnstoreVariableQuery, VARIABLE_DEFAULTS } from '../types';
import { TextField } from './TextField';

type Props = QueryEditorProps<EnstoreDataSource, EnstoreQuery, EnstoreOptions, EnstoreVariableQuery>;

type LabelName = 'variableKind' | 'variableClasses' | 'variableMatch' | 'variableLookBack';

const id = (name: LabelName) => `enstore-${name}`;
const field = (name: LabelName) => ({
  label: queryLabels[name].label,
  tooltip: queryLabels[name].help,
  labelWidth: 20,
  htmlFor: id(name),
});

/** Edits what a dashboard variable lists. */
export function VariableEditor({ query: saved, onChange }: Props) {
  const query = { ...VARIABLE_DEFAULTS, ...migrateVariableQuery(saved) };
  const change = (part: Partial<EnstoreVariableQuery>) => onChange({ ...query, ...part });
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
          placeholder={VARIABLE_DEFAULTS.lookBack}
          width={16}
          onCommit={(lookBack) => change({ lookBack: lookBack || VARIABLE_DEFAULTS.lookBack })}
        />
      </InlineField>
    </>
  );
}

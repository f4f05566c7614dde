import { QueryEditorProps } from '@grafana/data';
import { Alert, ErrorBoundaryAlert, InlineField, InlineFieldRow, InlineSwitch, RadioButtonGroup, Select } from '@grafana/ui';
import React, { useState } from 'react';

import { EnstoreDataSource } from '../datasource';
import { describe } from '../describe';
import { withFilter } from '../filters';
import {
  directionChoices, gapsChoices, groupChoices, measureChoices, queryLabels, sourceChoices, stepName, unitChoices,
} from '../labels';
import { isFromNewerPlugin, migrateQuery } from '../migrate';
import { isUnderADay, objections } from '../objections';
import { Dimension, EnstoreOptions, EnstoreQuery, Filter, QUERY_DEFAULTS, STEPS } from '../types';
import { NamePicker } from './NamePicker';
import { TextField } from './TextField';

type Props = QueryEditorProps<EnstoreDataSource, EnstoreQuery, EnstoreOptions>;

const FIRST_LABEL_WIDTH = 16;
let editorsMade = 0;

export function QueryEditor(props: Props) {
  return (
    <ErrorBoundaryAlert title="The query editor failed" dependencies={[props.query]}>
      {isFromNewerPlugin(props.query) ? (
        <Alert severity="warning" title="This query was made by a newer version of the plugin">
          Update the plugin to edit it.
        </Alert>
      ) : (
        <Controls {...props} />
      )}
    </ErrorBoundaryAlert>
  );
}

function Controls({ datasource, query: saved, onChange, onRunQuery }: Props) {
  const [prefix] = useState(() => `enstore-query-${++editorsMade}`);
  const [fault, setFault] = useState<string>();
  const query = { ...QUERY_DEFAULTS, ...migrateQuery(saved) };
  const { filters, source, step } = query;

  const change = (part: Partial<EnstoreQuery>) => {
    onChange({ ...migrateQuery(saved), ...part });
    onRunQuery();
  };
  const changeFilter = (dimension: Dimension, part: Filter) =>
    change({ filters: withFilter(saved.filters, dimension, part) });

  const id = (name: keyof typeof queryLabels) => `${prefix}-${name}`;
  const field = (name: keyof typeof queryLabels, labelWidth: number | 'auto' = 'auto') => ({
    label: queryLabels[name].label,
    tooltip: queryLabels[name].help,
    labelWidth,
    htmlFor: id(name),
  });
  const firstField = (name: keyof typeof queryLabels) => field(name, FIRST_LABEL_WIDTH);
  const picker = { datasource, onFault: setFault };
  const fitsSource = (dimension: Dimension) => source !== 'summary' || filters[dimension] !== undefined;
  const refusals = objections(query);
  const steps = ['auto', ...STEPS].filter((each) => source !== 'summary' || !isUnderADay(each));

  return (
    <>
      <InlineFieldRow>
        <InlineField {...firstField('measure')}>
          <RadioButtonGroup
            id={id('measure')}
            aria-label={queryLabels.measure.label}
            options={measureChoices}
            value={query.measure}
            onChange={(measure) => change({ measure })}
          />
        </InlineField>
        <InlineField {...field('direction')}>
          <RadioButtonGroup
            id={id('direction')}
            aria-label={queryLabels.direction.label}
            options={directionChoices}
            value={query.direction}
            onChange={(direction) => change({ direction })}
          />
        </InlineField>
        <InlineField {...field('unit')}>
          <RadioButtonGroup
            id={id('unit')}
            aria-label={queryLabels.unit.label}
            options={unitChoices(query.measure)}
            value={query.unit}
            onChange={(unit) => change({ unit })}
          />
        </InlineField>
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField {...firstField('movers')}>
          <NamePicker
            {...picker}
            inputId={id('movers')}
            label={queryLabels.movers.label}
            list="movers"
            value={filters.mover?.include ?? []}
            placeholder="All movers"
            onChange={(include) => changeFilter('mover', { include })}
          />
        </InlineField>
        <InlineField {...field('moverMatch')}>
          <TextField
            id={id('moverMatch')}
            value={filters.mover?.match ?? ''}
            placeholder="any name"
            width={24}
            onCommit={(match) => changeFilter('mover', { match })}
          />
        </InlineField>
        <InlineField {...field('nullMovers')}>
          <InlineSwitch
            id={id('nullMovers')}
            value={query.includeNullMovers}
            onChange={(event) => change({ includeNullMovers: event.currentTarget.checked })}
          />
        </InlineField>
      </InlineFieldRow>
      <InlineFieldRow>
        {fitsSource('storageGroup') && (
          <InlineField {...firstField('storageGroups')}>
            <NamePicker
              {...picker}
              inputId={id('storageGroups')}
              label={queryLabels.storageGroups.label}
              list="storage-groups"
              value={filters.storageGroup?.include ?? []}
              placeholder="All storage groups"
              onChange={(include) => changeFilter('storageGroup', { include })}
            />
          </InlineField>
        )}
        {fitsSource('library') && (
          <InlineField {...(fitsSource('storageGroup') ? field('libraries') : firstField('libraries'))}>
            <NamePicker
              {...picker}
              inputId={id('libraries')}
              label={queryLabels.libraries.label}
              list="libraries"
              value={filters.library?.include ?? []}
              placeholder="All libraries"
              onChange={(include) => changeFilter('library', { include })}
            />
          </InlineField>
        )}
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField {...firstField('groupBy')}>
          <RadioButtonGroup
            id={id('groupBy')}
            aria-label={queryLabels.groupBy.label}
            options={groupChoices}
            value={query.groupBy.length === 0 ? 'total' : 'mover'}
            onChange={(group) => change({ groupBy: group === 'total' ? [] : ['mover'] })}
          />
        </InlineField>
        <InlineField {...field('step')}>
          <Select
            inputId={id('step')}
            aria-label={queryLabels.step.label}
            options={[...new Set([...steps, step])].map((value) => ({ value, label: stepName(value) }))}
            value={step}
            allowCustomValue
            width={18}
            onChange={({ value }) => change({ step: value })}
          />
        </InlineField>
        <InlineField {...field('source')}>
          <Select
            inputId={id('source')}
            aria-label={queryLabels.source.label}
            options={sourceChoices}
            value={source}
            width={24}
            onChange={({ value }) => change({ source: value })}
          />
        </InlineField>
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField {...firstField('legend')}>
          <TextField
            id={id('legend')}
            value={query.legend}
            placeholder="automatic"
            width={40}
            onCommit={(legend) => change({ legend })}
          />
        </InlineField>
        <InlineField {...field('gaps')}>
          <Select
            inputId={id('gaps')}
            aria-label={queryLabels.gaps.label}
            options={gapsChoices}
            value={query.gaps}
            width={28}
            onChange={({ value }) => change({ gaps: value })}
          />
        </InlineField>
      </InlineFieldRow>
      <p>{describe(query)}</p>
      {refusals.length > 0 && (
        <Alert severity="warning" title="This query will be refused">
          {refusals.map((sentence) => (
            <div key={sentence}>{sentence}</div>
          ))}
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

import { QueryEditorProps } from '@grafana/data';
import { Alert, ErrorBoundaryAlert, InlineField, InlineFieldRow, InlineSwitch, MultiSelect, RadioButtonGroup, Select } from '@grafana/ui';
import React, { useState } from 'react';

import { EnstoreDataSource } from '../datasource';
import { describe } from '../describe';
import { asSeries, fits, fitted, ofType, ONLY_IN_TRANSFERS, typeOf } from '../fit';
import {
  compareChoices, dimensionChoices, directionChoices, gapsChoices, measureChoices, queryLabels, sourceChoices, stepName,
  typeChoices, unitChoices, viewChoices,
} from '../labels';
import { isForRules } from '../live';
import { isFromNewerPlugin, migrateQuery } from '../migrate';
import { isUnderADay, objections, remarks } from '../objections';
import { DEFAULTS, DIMENSIONS, EnstoreOptions, EnstoreQuery, STEPS } from '../types';
import { Advice } from './Advice';
import { FilterRows } from './FilterRows';
import { TextField } from './TextField';

type Props = QueryEditorProps<EnstoreDataSource, EnstoreQuery, EnstoreOptions>;

export const FIRST_LABEL_WIDTH = 18;
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

/** What the editors of all kinds of queries share: the query, its changes, and how controls are labelled. */
interface Part {
  query: EnstoreQuery;
  datasource: EnstoreDataSource;
  change: (part: Partial<EnstoreQuery>) => void;
  prefix: string;
  onFault: (fault: string | undefined) => void;
}

type LabelName = keyof typeof queryLabels;
const fieldsOf = (prefix: string) => {
  const id = (name: LabelName) => `${prefix}-${name}`;
  const field = (name: LabelName, labelWidth: number | 'auto' = 'auto') => ({
    label: queryLabels[name].label,
    tooltip: queryLabels[name].help,
    labelWidth,
    htmlFor: id(name),
  });
  return { id, field, firstField: (name: LabelName) => field(name, FIRST_LABEL_WIDTH) };
};

function Controls({ datasource, query: saved, app, range, onChange, onRunQuery }: Props) {
  const [prefix] = useState(() => `enstore-query-${++editorsMade}`);
  const [fault, setFault] = useState<string>();
  const query = migrateQuery(saved);
  const type = typeOf(query);
  const forRules = isForRules(app);
  const { id, firstField } = fieldsOf(prefix);

  const replace = (next: EnstoreQuery) => {
    onChange(next);
    onRunQuery();
  };
  const part: Part = {
    query,
    datasource,
    prefix,
    onFault: setFault,
    change: (changes) => replace(type === 'series' ? fitted({ ...query, ...changes }) : { ...query, ...changes }),
  };

  return (
    <>
      <InlineFieldRow>
        <InlineField {...firstField('queryType')}>
          <RadioButtonGroup
            id={id('queryType')}
            aria-label={queryLabels.queryType.label}
            options={typeChoices}
            value={type}
            onChange={(chosen) => replace(ofType(query, chosen))}
          />
        </InlineField>
      </InlineFieldRow>
      {type === 'series' && <SeriesControls {...part} canBeLive={!forRules} />}
      {type === 'reconciliation' && <ReconciliationControls {...part} />}
      {type === 'replication' && <ReplicationControls {...part} />}
      <p>{describe(query)}</p>
      <Advice objections={objections(query)} remarks={remarks(query, forRules ? undefined : range?.raw.to)} fault={fault} />
    </>
  );
}

function SeriesControls({ query: saved, datasource, change, prefix, onFault, canBeLive }: Part & { canBeLive: boolean }) {
  const query = asSeries(saved);
  const { measure, groupBy, filters, source, step, top } = query;
  const { id, field, firstField } = fieldsOf(prefix);
  const fit = fits(query);
  const known = source === 'summary' ? DIMENSIONS.filter((dimension) => !ONLY_IN_TRANSFERS.includes(dimension)) : DIMENSIONS;
  const steps = ['auto', ...STEPS].filter((each) => source !== 'summary' || !isUnderADay(each));

  return (
    <>
      <InlineFieldRow>
        <InlineField {...firstField('measure')}>
          <Select
            inputId={id('measure')}
            aria-label={queryLabels.measure.label}
            options={measureChoices}
            value={measure}
            width={36}
            onChange={({ value }) => change({ measure: value })}
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
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField {...firstField('groupBy')}>
          <MultiSelect
            inputId={id('groupBy')}
            aria-label={queryLabels.groupBy.label}
            options={dimensionChoices.filter(({ value }) => known.includes(value) || groupBy.includes(value))}
            value={groupBy}
            placeholder="Nothing: the total"
            closeMenuOnSelect={false}
            isClearable
            width={36}
            onChange={(chosen) => change({ groupBy: chosen.flatMap(({ value }) => value ?? []) })}
          />
        </InlineField>
        {fit.top && (
          <InlineField {...field('top')}>
            <TextField
              id={id('top')}
              type="number"
              value={top === 0 ? '' : String(top)}
              placeholder="all"
              width={10}
              onCommit={(text) => change({ top: text === '' ? undefined : Number(text) })}
            />
          </InlineField>
        )}
      </InlineFieldRow>
      <FilterRows
        prefix={prefix}
        datasource={datasource}
        dimensions={known}
        always="mover"
        filters={filters}
        add={queryLabels.addFilter}
        labelWidth={FIRST_LABEL_WIDTH}
        onChange={(next) => change({ filters: next })}
        onFault={onFault}
      />
      <InlineFieldRow>
        {fit.unit && (
          <InlineField {...firstField('unit')}>
            <RadioButtonGroup
              id={id('unit')}
              aria-label={queryLabels.unit.label}
              options={unitChoices(measure)}
              value={query.unit}
              onChange={(unit) => change({ unit })}
            />
          </InlineField>
        )}
        <InlineField {...(fit.unit ? field('compare') : firstField('compare'))}>
          <RadioButtonGroup
            id={id('compare')}
            aria-label={queryLabels.compare.label}
            options={compareChoices}
            value={query.compare}
            onChange={(compare) => change({ compare })}
          />
        </InlineField>
        {fit.runningTotal && (
          <InlineField {...field('runningTotal')}>
            <InlineSwitch
              id={id('runningTotal')}
              value={query.runningTotal}
              onChange={(event) => change({ runningTotal: event.currentTarget.checked })}
            />
          </InlineField>
        )}
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField {...firstField('step')}>
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
        {fit.source || source === 'summary' ? (
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
        ) : null}
        {fit.gaps && (
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
        )}
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
        <InlineField {...field('nullMovers')}>
          <InlineSwitch
            id={id('nullMovers')}
            value={query.includeNullMovers}
            onChange={(event) => change({ includeNullMovers: event.currentTarget.checked })}
          />
        </InlineField>
        {canBeLive && (
          <InlineField {...field('live')}>
            <InlineSwitch
              id={id('live')}
              value={query.live}
              onChange={(event) => change({ live: event.currentTarget.checked })}
            />
          </InlineField>
        )}
      </InlineFieldRow>
    </>
  );
}

function ReconciliationControls({ query: saved, datasource, change, prefix, onFault }: Part) {
  const query = { ...DEFAULTS.reconciliation, ...saved };
  const { id, firstField } = fieldsOf(prefix);
  return (
    <>
      <FilterRows
        prefix={prefix}
        datasource={datasource}
        dimensions={['mover']}
        always="mover"
        filters={query.filters}
        add={queryLabels.addFilter}
        labelWidth={FIRST_LABEL_WIDTH}
        onChange={(filters) => change({ filters })}
        onFault={onFault}
      />
      <InlineFieldRow>
        <InlineField {...firstField('onlyDifferences')}>
          <InlineSwitch
            id={id('onlyDifferences')}
            value={query.onlyDifferences}
            onChange={(event) => change({ onlyDifferences: event.currentTarget.checked })}
          />
        </InlineField>
        <InlineField {...firstField('nullMovers')}>
          <InlineSwitch
            id={id('nullMovers')}
            value={query.includeNullMovers}
            onChange={(event) => change({ includeNullMovers: event.currentTarget.checked })}
          />
        </InlineField>
      </InlineFieldRow>
    </>
  );
}

function ReplicationControls({ query: saved, change, prefix }: Part) {
  const { view } = { ...DEFAULTS.replication, ...saved };
  const { id, firstField } = fieldsOf(prefix);
  return (
    <InlineFieldRow>
      <InlineField {...firstField('view')}>
        <RadioButtonGroup
          id={id('view')}
          aria-label={queryLabels.view.label}
          options={viewChoices}
          value={view}
          onChange={(chosen) => change({ view: chosen })}
        />
      </InlineField>
    </InlineFieldRow>
  );
}

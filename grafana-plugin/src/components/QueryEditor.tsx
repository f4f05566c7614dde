import { QueryEditorProps } from '@grafana/data';
import { Alert, ErrorBoundaryAlert, InlineFieldRow } from '@grafana/ui';
import React, { useState } from 'react';

import { Catalog, firstDataset, measureOf } from '../catalog';
import { describe } from '../describe';
import { asSeries, fits, fitted, ofType, rollupOf, typeOf, withMeasure } from '../fit';
import {
  compareChoices, dimensionChoices, directionChoices, gapsChoices, measureChoices, queryLabels, sourceChoices, stepName,
  typeChoices, unitChoices, viewChoices,
} from '../labels';
import { isForRules } from '../live';
import { EditedSource } from '../lookup';
import { isFromNewerPlugin, migrateQuery } from '../migrate';
import { isUnderADay, objections, remarks } from '../objections';
import { DEFAULTS, EnstoreOptions, EnstoreQuery, STEPS, TOP_AT_FIRST } from '../types';
import { Advice } from './Advice';
import { FilterRows } from './FilterRows';
import { LabelName, MultiSelectControl, RadioControl, SelectControl, SwitchControl, TextControl } from './Labelled';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<EditedSource, EnstoreQuery, EnstoreOptions>;

const FIRST_LABEL_WIDTH = 18;
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
  datasource: EditedSource;
  catalog: Catalog;
  change: (part: Partial<EnstoreQuery>) => void;
  prefix: string;
  onFault: (fault: string | undefined) => void;
}

/** Where a control stands; the labels of those that begin a row are equally wide. */
const placesOf = (prefix: string) => ({
  first: (name: LabelName) => ({ prefix, name, labelWidth: FIRST_LABEL_WIDTH }),
  then: (name: LabelName) => ({ prefix, name }),
});

function Controls({ datasource, query: saved, app, range, onChange, onRunQuery }: Props) {
  const [prefix] = useState(() => `enstore-query-${++editorsMade}`);
  const [fault, setFault] = useState<string>();
  const { catalog, unlisted } = useCatalog(datasource);
  const query = migrateQuery(saved);
  const type = typeOf(query);
  const forRules = isForRules(app);

  const replace = (next: EnstoreQuery) => {
    onChange(next);
    onRunQuery();
  };
  const part: Part = {
    query,
    datasource,
    catalog,
    prefix,
    onFault: setFault,
    change: (changes) => replace(type === 'series' ? fitted({ ...query, ...changes }, catalog) : { ...query, ...changes }),
  };

  return (
    <>
      <InlineFieldRow>
        <RadioControl
          {...placesOf(prefix).first('queryType')}
          options={typeChoices}
          value={type}
          onChange={(chosen) => replace(ofType(query, chosen, catalog))}
        />
      </InlineFieldRow>
      {type === 'series' && (
        <SeriesControls {...part} canBeLive={!forRules} onMeasure={(measure) => replace(withMeasure(query, measure, catalog))} />
      )}
      {type === 'reconciliation' && <ReconciliationControls {...part} />}
      {type === 'replication' && <ReplicationControls {...part} />}
      <p>{describe(query, catalog)}</p>
      <Advice
        objections={objections(query, catalog)}
        remarks={remarks(query, catalog, forRules ? undefined : range?.raw.to)}
        fault={fault}
        unlisted={unlisted}
      />
    </>
  );
}

interface SeriesPart extends Part {
  canBeLive: boolean;
  onMeasure: (measure: string) => void;
}

function SeriesControls({ query: saved, datasource, catalog, change, prefix, onFault, canBeLive, onMeasure }: SeriesPart) {
  const query = asSeries(saved, catalog);
  const { measure, groupBy, filters, source, step, top } = query;
  const { first, then } = placesOf(prefix);
  const fit = fits(saved, catalog);
  const found = measureOf(catalog, saved.measure);
  const rollup = found && rollupOf(found.dataset, source);
  const known = (found?.dataset.dimensions ?? []).filter((dimension) => !rollup || rollup.dimensions.includes(dimension));
  const steps = ['auto', ...STEPS].filter((each) => source !== 'summary' || !isUnderADay(each));
  const unit = found?.measure.unit ?? 'bytes';

  return (
    <>
      <InlineFieldRow>
        <SelectControl
          {...first('measure')}
          options={measureChoices(catalog, measure)}
          value={measure}
          width={36}
          onChange={onMeasure}
        />
        {fit.direction && (
          <RadioControl
            {...then('direction')}
            options={directionChoices}
            value={query.direction}
            onChange={(direction) => change({ direction })}
          />
        )}
      </InlineFieldRow>
      <InlineFieldRow>
        <MultiSelectControl
          {...first('groupBy')}
          options={dimensionChoices(catalog, [...new Set([...known, ...groupBy])])}
          value={groupBy}
          placeholder="Nothing: the total"
          isClearable
          width={36}
          onChange={(chosen) => change({ groupBy: chosen, ...(groupBy.length === 0 && { top: TOP_AT_FIRST }) })}
        />
        {fit.top && (
          <TextControl
            {...then('top')}
            type="number"
            value={top === 0 ? '' : String(top)}
            placeholder="all"
            width={10}
            onChange={(text) => change({ top: text === '' ? undefined : Number(text) })}
          />
        )}
      </InlineFieldRow>
      <FilterRows
        prefix={prefix}
        datasource={datasource}
        catalog={catalog}
        dimensions={known}
        always={found?.dataset.subject}
        filters={filters}
        add={queryLabels.addFilter}
        labelWidth={FIRST_LABEL_WIDTH}
        onChange={(next) => change({ filters: next })}
        onFault={onFault}
      />
      <InlineFieldRow>
        {fit.unit && (
          <RadioControl
            {...first('unit')}
            options={unitChoices(unit)}
            value={query.unit}
            onChange={(unit) => change({ unit })}
          />
        )}
        <RadioControl
          {...(fit.unit ? then('compare') : first('compare'))}
          options={compareChoices}
          value={query.compare}
          onChange={(compare) => change({ compare })}
        />
        {fit.runningTotal && (
          <SwitchControl
            {...then('runningTotal')}
            value={query.runningTotal}
            onChange={(runningTotal) => change({ runningTotal })}
          />
        )}
      </InlineFieldRow>
      <InlineFieldRow>
        <SelectControl
          {...first('step')}
          options={[...new Set([...steps, step])].map((value) => ({ value, label: stepName(value) }))}
          value={step}
          allowCustomValue
          width={18}
          onChange={(value) => change({ step: value })}
        />
        {(fit.source || source === 'summary') && (
          <SelectControl
            {...then('source')}
            options={sourceChoices(found?.dataset)}
            value={source}
            width={24}
            onChange={(value) => change({ source: value })}
          />
        )}
        {fit.gaps && (
          <SelectControl
            {...then('gaps')}
            options={gapsChoices}
            value={query.gaps}
            width={28}
            onChange={(gaps) => change({ gaps })}
          />
        )}
      </InlineFieldRow>
      <InlineFieldRow>
        <TextControl
          {...first('legend')}
          value={query.legend}
          placeholder="automatic"
          width={40}
          onChange={(legend) => change({ legend })}
        />
        {fit.nullMovers && (
          <SwitchControl
            {...then('nullMovers')}
            value={query.includeNullMovers}
            onChange={(includeNullMovers) => change({ includeNullMovers })}
          />
        )}
        {canBeLive && <SwitchControl {...then('live')} value={query.live} onChange={(live) => change({ live })} />}
      </InlineFieldRow>
    </>
  );
}

function ReconciliationControls({ query: saved, datasource, catalog, change, prefix, onFault }: Part) {
  const query = { ...DEFAULTS.reconciliation, ...saved };
  const subject = firstDataset(catalog)?.subject;
  const { first } = placesOf(prefix);
  return (
    <>
      <FilterRows
        prefix={prefix}
        datasource={datasource}
        catalog={catalog}
        dimensions={subject === undefined ? [] : [subject]}
        always={subject}
        filters={query.filters}
        add={queryLabels.addFilter}
        labelWidth={FIRST_LABEL_WIDTH}
        onChange={(filters) => change({ filters })}
        onFault={onFault}
      />
      <InlineFieldRow>
        <SwitchControl
          {...first('onlyDifferences')}
          value={query.onlyDifferences}
          onChange={(onlyDifferences) => change({ onlyDifferences })}
        />
        <SwitchControl
          {...first('nullMovers')}
          value={query.includeNullMovers}
          onChange={(includeNullMovers) => change({ includeNullMovers })}
        />
      </InlineFieldRow>
    </>
  );
}

function ReplicationControls({ query: saved, change, prefix }: Part) {
  const { view } = { ...DEFAULTS.replication, ...saved };
  return (
    <InlineFieldRow>
      <RadioControl
        {...placesOf(prefix).first('view')}
        options={viewChoices}
        value={view}
        onChange={(chosen) => change({ view: chosen })}
      />
    </InlineFieldRow>
  );
}

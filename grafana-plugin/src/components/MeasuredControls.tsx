import { InlineFieldRow } from '@grafana/ui';
import React from 'react';

import { measureOf } from '../catalog';
import { asMeasured, fits, has, rollupOf, typeOf } from '../fit';
import {
  againstChoices, anomalyViewChoices, compareChoices, dimensionChoices, directionChoices, gapsChoices, measureChoices, queryLabels,
  sourceChoices, stepName, totalChoices, unitChoices,
} from '../labels';
import { isUnderADay } from '../objections';
import { ANOMALY_STEPS, AnomalyView, BANDS_AT_FIRST, EnstoreQuery, FORECAST_STEPS, QueryType, STEPS, TOP_AT_FIRST } from '../types';
import { FilterRows } from './FilterRows';
import { MultiSelectControl, RadioControl, SelectControl, SwitchControl, TextControl } from './Labelled';
import { FIRST_LABEL_WIDTH, Part, placesOf } from './part';

interface Props extends Part {
  canBeLive: boolean;
  onMeasure: (measure: string) => void;
}

/** The controls of a query for a measure: those of the keys that its kind has, as far as they fit the measure. */
export function MeasuredControls({ query: saved, datasource, catalog, change, prefix, onFault, canBeLive, onMeasure }: Props) {
  const query = asMeasured(saved, catalog);
  const type = typeOf(saved);
  const { measure, groupBy, filters, source, step, top } = query;
  const { first, then } = placesOf(prefix);
  const fit = fits(saved, catalog);
  const shown = (key: keyof EnstoreQuery, fitting = true) => has(saved, key) && fitting;
  const found = measureOf(catalog, saved.measure);
  const rollup = found && rollupOf(found.dataset, source);
  const known = (found?.dataset.dimensions ?? []).filter((dimension) => !rollup || rollup.dimensions.includes(dimension));
  const steps = stepsOf(type).filter((each) => source !== 'summary' || !isUnderADay(each));
  const unit = found?.measure.unit ?? 'bytes';

  return (
    <>
      <InlineFieldRow>
        <SelectControl
          {...first('measure')}
          options={measureChoices(catalog, measure, type === 'changes')}
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
          placeholder={type === 'changes' ? 'What most often explains a change' : 'Nothing: the total'}
          isClearable
          width={36}
          onChange={(chosen) => change({ groupBy: chosen, ...(groupBy.length === 0 && has(saved, 'top') && { top: topAtFirst(type) }) })}
        />
        {shown('top', fit.top) && (
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
      {(type === 'anomalies' || shown('total', fit.total) || shown('against')) && (
        <InlineFieldRow>
          {type === 'anomalies' && (
            <RadioControl
              {...first('anomalyView')}
              options={anomalyViewChoices}
              value={query.view as AnomalyView}
              onChange={(view) => change({ view })}
            />
          )}
          {shown('total', fit.total) && (
            <RadioControl
              {...first('total')}
              options={totalChoices}
              value={query.total}
              onChange={(total) => change({ total })}
            />
          )}
          {shown('against') && (
            <RadioControl
              {...first('against')}
              options={againstChoices}
              value={query.against}
              onChange={(against) => change({ against })}
            />
          )}
        </InlineFieldRow>
      )}
      {(shown('unit', fit.unit) || shown('compare') || shown('runningTotal', fit.runningTotal)) && (
        <InlineFieldRow>
          {shown('unit', fit.unit) && (
            <RadioControl
              {...first('unit')}
              options={unitChoices(unit)}
              value={query.unit}
              onChange={(chosen) => change({ unit: chosen })}
            />
          )}
          {shown('compare') && (
            <RadioControl
              {...(fit.unit ? then('compare') : first('compare'))}
              options={compareChoices}
              value={query.compare}
              onChange={(compare) => change({ compare })}
            />
          )}
          {shown('runningTotal', fit.runningTotal) && (
            <SwitchControl
              {...then('runningTotal')}
              value={query.runningTotal}
              onChange={(runningTotal) => change({ runningTotal })}
            />
          )}
        </InlineFieldRow>
      )}
      <InlineFieldRow>
        {shown('step') && (
          <SelectControl
            {...first('step')}
            options={[...new Set([...steps, step])].map((value) => ({ value, label: stepName(value) }))}
            value={step}
            allowCustomValue={type === 'series'}
            width={18}
            onChange={(value) => change({ step: value })}
          />
        )}
        {shown('history') && (
          <TextControl
            {...then('history')}
            value={query.history}
            placeholder="what suits the step"
            width={20}
            onChange={(history) => change({ history: history || undefined })}
          />
        )}
        {shown('falseAlarms') && (
          <TextControl
            {...then('falseAlarms')}
            type="number"
            value={String(query.falseAlarms)}
            width={10}
            onChange={(text) => change({ falseAlarms: text === '' ? undefined : Number(text) })}
          />
        )}
        {shown('source', fit.source || source === 'summary') && (
          <SelectControl
            {...(shown('step') ? then('source') : first('source'))}
            options={sourceChoices(found?.dataset)}
            value={source}
            width={24}
            onChange={(value) => change({ source: value })}
          />
        )}
        {shown('gaps', fit.gaps) && (
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
        {shown('legend') && (
          <TextControl
            {...first('legend')}
            value={query.legend}
            placeholder="automatic"
            width={40}
            onChange={(legend) => change({ legend })}
          />
        )}
        {shown('includeNullMovers', fit.nullMovers) && (
          <SwitchControl
            {...(shown('legend') ? then('nullMovers') : first('nullMovers'))}
            value={query.includeNullMovers}
            onChange={(includeNullMovers) => change({ includeNullMovers })}
          />
        )}
        {shown('live', canBeLive) && <SwitchControl {...then('live')} value={query.live} onChange={(live) => change({ live })} />}
      </InlineFieldRow>
    </>
  );
}

/** The steps to choose from. */
function stepsOf(type: QueryType): string[] {
  switch (type) {
    case 'forecast':
      return [...FORECAST_STEPS];
    case 'anomalies':
    case 'annotations':
      return [...ANOMALY_STEPS];
    default:
      return ['auto', ...STEPS];
  }
}

/** Bands of several groups lie over one another: fewer of them can be told apart. */
function topAtFirst(type: QueryType): number {
  return type === 'series' ? TOP_AT_FIRST : BANDS_AT_FIRST;
}

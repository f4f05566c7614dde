import { QueryEditorProps } from '@grafana/data';
import { Alert, ErrorBoundaryAlert, InlineFieldRow } from '@grafana/ui';
import React, { useState } from 'react';

import { firstDataset } from '../catalog';
import { describe } from '../describe';
import { fitted, has, ofType, typeOf, withMeasure } from '../fit';
import { capacityViewChoices, queryLabels, riskViewChoices, stockChoices, tableChoices, typeChoices, viewChoices } from '../labels';
import { isForRules } from '../live';
import { EditedSource } from '../lookup';
import { isFromNewerPlugin, migrateQuery } from '../migrate';
import { objections, remarks } from '../objections';
import { CapacityView, DEFAULTS, EnstoreOptions, EnstoreQuery, ReplicationView, RiskView } from '../types';
import { Advice } from './Advice';
import { FilterRows } from './FilterRows';
import { RadioControl, SelectControl, SwitchControl, TextControl } from './Labelled';
import { MeasuredControls } from './MeasuredControls';
import { FIRST_LABEL_WIDTH, Part, placesOf } from './part';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<EditedSource, EnstoreQuery, EnstoreOptions>;

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
    change: (changes) => replace(has(query, 'measure') ? fitted({ ...query, ...changes }, catalog) : { ...query, ...changes }),
  };

  return (
    <>
      <InlineFieldRow>
        <SelectControl
          {...placesOf(prefix).first('queryType')}
          options={typeChoices}
          value={type}
          width={36}
          onChange={(chosen) => replace(ofType(query, chosen, catalog))}
        />
      </InlineFieldRow>
      {has(query, 'measure') && (
        <MeasuredControls {...part} canBeLive={!forRules} onMeasure={(measure) => replace(withMeasure(query, measure, catalog))} />
      )}
      {type === 'risk' && <RiskControls {...part} />}
      {type === 'capacity' && <CapacityControls {...part} />}
      {type === 'table' && <TableControls {...part} />}
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

function RiskControls({ query: saved, datasource, catalog, change, prefix, onFault }: Part) {
  const query = { ...DEFAULTS.risk, ...saved };
  const dataset = firstDataset(catalog);
  const { first } = placesOf(prefix);
  return (
    <>
      <InlineFieldRow>
        <RadioControl
          {...first('riskView')}
          options={riskViewChoices}
          value={query.view as RiskView}
          onChange={(view) => change({ view })}
        />
      </InlineFieldRow>
      <FilterRows
        prefix={prefix}
        datasource={datasource}
        catalog={catalog}
        dimensions={dataset?.dimensions ?? []}
        always={dataset?.subject}
        filters={query.filters}
        add={queryLabels.addFilter}
        labelWidth={FIRST_LABEL_WIDTH}
        onChange={(filters) => change({ filters })}
        onFault={onFault}
      />
      <InlineFieldRow>
        <TextControl
          {...first('halfLife')}
          value={query.halfLife}
          placeholder={DEFAULTS.risk.halfLife}
          width={16}
          onChange={(halfLife) => change({ halfLife: halfLife || undefined })}
        />
      </InlineFieldRow>
    </>
  );
}

function CapacityControls({ query: saved, datasource, catalog, change, prefix, onFault }: Part) {
  const query = { ...DEFAULTS.capacity, ...saved };
  const dataset = catalog.datasets.find(({ id }) => id === query.stock);
  const { first, then } = placesOf(prefix);
  return (
    <>
      <InlineFieldRow>
        <RadioControl
          {...first('stock')}
          options={stockChoices}
          value={query.stock}
          // What one stock is told apart by, another may not be.
          onChange={(stock) => change({ stock, filters: {} })}
        />
        <RadioControl
          {...then('capacityView')}
          options={capacityViewChoices}
          value={query.view as CapacityView}
          onChange={(view) => change({ view })}
        />
      </InlineFieldRow>
      <FilterRows
        key={query.stock}
        prefix={prefix}
        datasource={datasource}
        catalog={catalog}
        dimensions={dataset?.dimensions ?? []}
        always={dataset?.subject}
        filters={query.filters}
        add={queryLabels.addFilter}
        labelWidth={FIRST_LABEL_WIDTH}
        onChange={(filters) => change({ filters })}
        onFault={onFault}
      />
      <InlineFieldRow>
        <TextControl
          {...first('history')}
          value={query.history}
          placeholder={DEFAULTS.capacity.history}
          width={16}
          onChange={(history) => change({ history: history || undefined })}
        />
        <TextControl
          {...then('leadTime')}
          value={query.leadTime}
          placeholder={DEFAULTS.capacity.leadTime}
          width={16}
          onChange={(leadTime) => change({ leadTime: leadTime || undefined })}
        />
        <TextControl
          {...then('reserve')}
          type="number"
          value={String(query.reserve)}
          width={16}
          onChange={(text) => change({ reserve: text === '' ? undefined : Number(text) })}
        />
      </InlineFieldRow>
    </>
  );
}

function TableControls({ query: saved, datasource, catalog, change, prefix, onFault }: Part) {
  const query = { ...DEFAULTS.table, ...saved };
  const { dimensions, columns } = tableChoices.find(({ value }) => value === query.table) ?? tableChoices[0];
  const { first, then } = placesOf(prefix);
  return (
    <>
      <InlineFieldRow>
        <RadioControl
          {...first('table')}
          options={tableChoices}
          value={query.table}
          // What one table has, the other may not have.
          onChange={(table) => change({ table, filters: {}, sort: '' })}
        />
      </InlineFieldRow>
      <FilterRows
        key={query.table}
        prefix={prefix}
        datasource={datasource}
        catalog={catalog}
        dimensions={dimensions}
        always={dimensions[0]}
        filters={query.filters}
        add={queryLabels.addFilter}
        labelWidth={FIRST_LABEL_WIDTH}
        onChange={(filters) => change({ filters })}
        onFault={onFault}
      />
      <InlineFieldRow>
        <SelectControl
          {...first('sort')}
          options={columns.map((column) => ({ value: column, label: column }))}
          value={query.sort || columns[0]}
          width={24}
          onChange={(sort) => change({ sort })}
        />
        <SwitchControl {...then('descending')} value={query.descending} onChange={(descending) => change({ descending })} />
        <TextControl
          {...then('rows')}
          type="number"
          value={String(query.rows)}
          width={16}
          onChange={(text) => change({ rows: text === '' ? undefined : Number(text) })}
        />
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
        value={view as ReplicationView}
        onChange={(chosen) => change({ view: chosen })}
      />
    </InlineFieldRow>
  );
}

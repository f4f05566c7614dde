import { QueryEditorProps } from '@grafana/data';
import React, { useState } from 'react';

import { Catalog, dimensionOf, having, listed } from '../catalog';
import { describeVariable } from '../describe';
import { capital, queryLabels } from '../labels';
import { EditedSource } from '../lookup';
import { migrateVariableQuery } from '../migrate';
import { EnstoreOptions, EnstoreQuery, EnstoreVariableQuery, Filters, MOVERS, VARIABLE_DEFAULTS } from '../types';
import { Advice } from './Advice';
import { FilterRows } from './FilterRows';
import { LabelName, MultiSelectControl, SelectControl, TextControl } from './Labelled';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<EditedSource, EnstoreQuery, EnstoreOptions, EnstoreVariableQuery>;

const LABEL_WIDTH = 20;
/** The dimension whose values the key `classes` chooses among. */
const MOVER_CLASS = 'moverClass';
const PREFIX = 'enstore-variable';

const at = (name: LabelName) => ({ prefix: 'enstore', name, labelWidth: LABEL_WIDTH });

/** Edits what a dashboard variable lists. */
export function VariableEditor({ datasource, query: saved, onChange }: Props) {
  const [fault, setFault] = useState<string>();
  const { catalog, unlisted } = useCatalog(datasource);
  const query = migrateVariableQuery(saved);
  const datasets = having(catalog, query.kind);
  const change = (part: Partial<EnstoreVariableQuery>) => {
    const next = { ...query, ...part };
    // Grafana's list of variables shows the text found under this name.
    onChange({ ...next, query: describeVariable(next, catalog) });
  };
  return (
    <>
      <SelectControl
        {...at('variableKind')}
        options={kindChoices(catalog, query.kind)}
        value={query.kind}
        width={40}
        onChange={(kind) => change({ kind, dataset: undefined, filters: chained(query.filters, kind, undefined, catalog) })}
      />
      {datasets.length > 1 && (
        <SelectControl
          {...at('variableDataset')}
          options={datasets.map(({ id, name }) => ({ value: id, label: name }))}
          value={query.dataset || datasets[0].id}
          width={40}
          onChange={(dataset) => change({ dataset, filters: chained(query.filters, query.kind, dataset, catalog) })}
        />
      )}
      {query.kind === MOVERS && (
        <MultiSelectControl
          {...at('variableClasses')}
          options={classChoices(catalog, query.classes)}
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
        catalog={catalog}
        dimensions={chainsOf(catalog, query.kind, query.dataset)}
        filters={query.filters}
        add={queryLabels.variableFilter}
        labelWidth={LABEL_WIDTH}
        onChange={(filters) => change({ filters })}
        onFault={setFault}
      />
      <p>{describeVariable(query, catalog)}</p>
      <Advice objections={[]} fault={fault} unlisted={unlisted} />
    </>
  );
}

/** What a variable can list; a list that is chosen already is among them even if it is not known. */
function kindChoices(catalog: Catalog, chosen: string) {
  const kinds = catalog.dimensions.filter(({ values }) => values.length === 0).map(({ list }) => list);
  return [...new Set([...kinds, chosen])].map((value) => ({ value, label: capital(listed(catalog, value)?.plural ?? value) }));
}

function classChoices(catalog: Catalog, chosen: string[]) {
  return [...new Set([...dimensionOf(catalog, MOVER_CLASS).values, ...chosen])].map((value) => ({ value, label: capital(value) }));
}

/** What a list of a kind can be chained by: the other dimensions of the dataset that its names are of. */
function chainsOf(catalog: Catalog, kind: string, dataset: string | undefined): string[] {
  const datasets = having(catalog, kind);
  const { dimensions = [] } = datasets.find(({ id }) => id === dataset) ?? datasets[0] ?? {};
  return dimensions.filter((each) => each !== listed(catalog, kind)?.id);
}

/** The filters that another list can be chained by as well. */
function chained(filters: Filters, kind: string, dataset: string | undefined, catalog: Catalog): Filters {
  const chains = chainsOf(catalog, kind, dataset);
  return listed(catalog, kind) ? Object.fromEntries(Object.entries(filters).filter(([each]) => chains.includes(each))) : filters;
}

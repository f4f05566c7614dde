import { IconButton, InlineField, InlineFieldRow, MultiSelect, Select } from '@grafana/ui';
import React, { useState } from 'react';

import { Catalog, Dimension, dimensionOf } from '../catalog';
import { withFilter } from '../filters';
import { capital, Condition, conditionChoices, Label } from '../labels';
import { Lookup } from '../lookup';
import { Filters } from '../types';
import { NamePicker } from './NamePicker';
import { TextField } from './TextField';

interface Props {
  prefix: string;
  datasource: Lookup;
  catalog: Catalog;
  /** What may be filtered by. */
  dimensions: readonly string[];
  /** Has a row even when nothing is chosen in it. */
  always?: string;
  filters: Filters;
  add: Label;
  labelWidth: number;
  onChange: (filters: Filters) => void;
  /** Told why a list of names could not be had, or that it could be again. */
  onFault: (fault: string | undefined) => void;
}

interface Row {
  dimension: string;
  condition: Condition;
}

const keyOf = ({ dimension, condition }: Row) => `${dimension}-${condition}`;
const isList = (condition: Condition): condition is 'include' | 'exclude' => condition === 'include' || condition === 'exclude';

/** Filters as rows of what, how and which; only rows in use are there, and one may be added. */
export function FilterRows({
  prefix, datasource, catalog, dimensions, always, filters, add, labelWidth, onChange, onFault,
}: Props) {
  // Rows that were opened and hold nothing yet, which the filters do not show.
  const [opened, setOpened] = useState<string[]>([]);

  const all = [...new Set([...dimensions, ...Object.keys(filters)])].flatMap((dimension) =>
    conditionChoices.map(({ value: condition }) => ({ dimension, condition }))
  );
  const holds = ({ dimension, condition }: Row) => (filters[dimension]?.[condition]?.length ?? 0) > 0;
  const stays = ({ dimension, condition }: Row) => dimension === always && condition === 'include';
  const rows = all.filter((row) => holds(row) || stays(row) || opened.includes(keyOf(row)));
  const free = (dimension: string) =>
    conditionChoices.filter(({ value: condition }) => !rows.some((row) => keyOf(row) === keyOf({ dimension, condition })));

  const remove = (row: Row) => {
    setOpened(opened.filter((key) => key !== keyOf(row)));
    if (holds(row)) {
      onChange(withFilter(filters, row.dimension, { [row.condition]: undefined }));
    }
  };
  const turn = (row: Row, condition: Condition) => {
    const { dimension } = row;
    setOpened([...opened.filter((key) => key !== keyOf(row)), keyOf({ dimension, condition })]);
    if (holds(row)) {
      const kept = isList(row.condition) === isList(condition) ? filters[dimension]?.[row.condition] : undefined;
      onChange(withFilter(filters, dimension, { [row.condition]: undefined, [condition]: kept }));
    }
  };
  const set = (row: Row, value: string[] | string) => {
    setOpened([...new Set([...opened, keyOf(row)])]);
    onChange(withFilter(filters, row.dimension, { [row.condition]: value }));
  };

  return (
    <>
      {rows.map((row) => {
        const { dimension, condition } = row;
        const id = `${prefix}-${keyOf(row)}`;
        const known = dimensionOf(catalog, dimension);
        const name = capital(known.plural);
        const how = conditionChoices.find(({ value }) => value === condition);
        return (
          <InlineFieldRow key={keyOf(row)}>
            <InlineField label={name} labelWidth={labelWidth} htmlFor={id} tooltip={helpOf(known)}>
              <Select
                inputId={`${id}-how`}
                aria-label={`${name}: how`}
                options={[...(how ? [how] : []), ...free(dimension)]}
                value={condition}
                width={18}
                onChange={({ value }) => value && turn(row, value)}
              />
            </InlineField>
            <InlineField>
              <Value
                id={id}
                label={`${name} ${how?.label ?? condition}`}
                datasource={datasource}
                dimension={known}
                condition={condition}
                value={filters[dimension]?.[condition] ?? ''}
                onChange={(value) => set(row, value)}
                onFault={onFault}
              />
            </InlineField>
            {!stays(row) && (
              <InlineField>
                <IconButton
                  name="trash-alt"
                  aria-label={`Remove ${name} ${how?.label ?? condition}`}
                  onClick={() => remove(row)}
                  style={{ marginTop: 8 }}
                />
              </InlineField>
            )}
          </InlineFieldRow>
        );
      })}
      <InlineFieldRow>
        <InlineField label={add.label} tooltip={add.help} labelWidth={labelWidth} htmlFor={`${prefix}-add`}>
          <Select<string>
            inputId={`${prefix}-add`}
            aria-label={add.label}
            options={dimensions
              .filter((dimension) => free(dimension).length > 0)
              .map((value) => ({ value, label: capital(dimensionOf(catalog, value).plural) }))}
            value={null}
            placeholder="Add a filter"
            width={18}
            onChange={({ value: dimension }) => {
              const [first] = dimension ? free(dimension) : [];
              if (dimension && first) {
                setOpened([...opened, keyOf({ dimension, condition: first.value })]);
              }
            }}
          />
        </InlineField>
      </InlineFieldRow>
    </>
  );
}

interface ValueProps {
  id: string;
  label: string;
  datasource: Lookup;
  dimension: Dimension;
  condition: Condition;
  value: string | string[];
  onChange: (value: string | string[]) => void;
  onFault: (fault: string | undefined) => void;
}

/** Chooses what a condition compares with. */
function Value({ id, label, datasource, dimension, condition, value, onChange, onFault }: ValueProps) {
  if (!isList(condition)) {
    return <TextField id={id} label={label} value={String(value)} placeholder="regular expression, such as ^LTO8" width={40} onCommit={onChange} />;
  }
  const names = (value === '' ? [] : value) as string[];
  const placeholder = condition === 'include' ? `All ${dimension.plural}` : 'None';
  if (dimension.values.length > 0) {
    return (
      <MultiSelect<string>
        inputId={id}
        aria-label={label}
        options={[...new Set([...dimension.values, ...names])].map((each) => ({ value: each, label: capital(each) }))}
        value={names}
        placeholder={placeholder}
        width={40}
        onChange={(chosen) => onChange(chosen.flatMap((option) => option.value ?? []))}
      />
    );
  }
  return (
    <NamePicker
      inputId={id}
      label={label}
      datasource={datasource}
      dimension={dimension.id}
      value={names}
      placeholder={placeholder}
      onChange={onChange}
      onFault={onFault}
    />
  );
}

function helpOf({ plural, values }: Dimension): string {
  return values.length > 0
    ? `Restricts the ${plural} to some of ${values.join(', ')}; empty means all.`
    : `Restricts the ${plural}: names, variables, or a regular expression; empty means all.`;
}

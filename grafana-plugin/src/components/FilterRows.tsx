import { IconButton, InlineField, InlineFieldRow, MultiSelect, Select } from '@grafana/ui';
import React, { useState } from 'react';

import { listOf, withFilter } from '../filters';
import { capital, classChoices, Condition, conditionChoices, dimensionNames, Label } from '../labels';
import { Lookup } from '../lookup';
import { Dimension, Filters } from '../types';
import { NamePicker } from './NamePicker';
import { TextField } from './TextField';

interface Props {
  prefix: string;
  datasource: Lookup;
  /** What may be filtered by. */
  dimensions: readonly Dimension[];
  /** Has a row even when nothing is chosen in it. */
  always?: Dimension;
  filters: Filters;
  add: Label;
  labelWidth: number;
  onChange: (filters: Filters) => void;
  /** Told why a list of names could not be had, or that it could be again. */
  onFault: (fault: string | undefined) => void;
}

interface Row {
  dimension: Dimension;
  condition: Condition;
}

const keyOf = ({ dimension, condition }: Row) => `${dimension}-${condition}`;
const isList = (condition: Condition): condition is 'include' | 'exclude' => condition === 'include' || condition === 'exclude';

/** Filters as rows of what, how and which; only rows in use are there, and one may be added. */
export function FilterRows({ prefix, datasource, dimensions, always, filters, add, labelWidth, onChange, onFault }: Props) {
  // Rows that were opened and hold nothing yet, which the filters do not show.
  const [opened, setOpened] = useState<string[]>(always ? [keyOf({ dimension: always, condition: 'include' })] : []);

  const all = [...new Set([...dimensions, ...(Object.keys(filters) as Dimension[])])].flatMap((dimension) =>
    conditionChoices.map(({ value: condition }) => ({ dimension, condition }))
  );
  const holds = ({ dimension, condition }: Row) => (filters[dimension]?.[condition]?.length ?? 0) > 0;
  const rows = all.filter((row) => holds(row) || opened.includes(keyOf(row)));
  const free = (dimension: Dimension) =>
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
        const name = capital(dimensionNames[dimension][1]);
        const how = conditionChoices.find(({ value }) => value === condition);
        return (
          <InlineFieldRow key={keyOf(row)}>
            <InlineField label={name} labelWidth={labelWidth} htmlFor={id} tooltip={helpOf(dimension)}>
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
                row={row}
                value={filters[dimension]?.[condition] ?? ''}
                onChange={(value) => set(row, value)}
                onFault={onFault}
              />
            </InlineField>
            {(dimension !== always || condition !== 'include') && (
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
          <Select<Dimension>
            inputId={`${prefix}-add`}
            aria-label={add.label}
            options={dimensions
              .filter((dimension) => free(dimension).length > 0)
              .map((value) => ({ value, label: capital(dimensionNames[value][1]) }))}
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
  row: Row;
  value: string | string[];
  onChange: (value: string | string[]) => void;
  onFault: (fault: string | undefined) => void;
}

/** Chooses what a condition compares with. */
function Value({ id, label, datasource, row: { dimension, condition }, value, onChange, onFault }: ValueProps) {
  if (!isList(condition)) {
    return <TextField id={id} label={label} value={String(value)} placeholder="regular expression, such as ^LTO8" width={40} onCommit={onChange} />;
  }
  const names = value === '' ? [] : value;
  if (dimension === 'moverClass') {
    return (
      <MultiSelect<string>
        inputId={id}
        aria-label={label}
        options={classChoices}
        value={names as string[]}
        placeholder="Any class"
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
      list={listOf[dimension]}
      value={names as string[]}
      placeholder={condition === 'include' ? `All ${dimensionNames[dimension][1]}` : 'None'}
      onChange={onChange}
      onFault={onFault}
    />
  );
}

function helpOf(dimension: Dimension): string {
  const [, many] = dimensionNames[dimension];
  const rest = 'names, variables, or a regular expression; empty means all.';
  switch (dimension) {
    case 'mover':
      return `Restricts the movers: ${rest}`;
    case 'moverClass':
      return 'Restricts the movers by what they write to: tape, disk, or nothing (null movers).';
    case 'storageGroup':
    case 'library':
    case 'driveType':
    case 'mediaChanger':
      return `Restricts the ${many}: ${rest} This reads single transfers, as the daily summary does not know ${many}.`;
  }
}

import { SelectableValue } from '@grafana/data';
import { InlineField, InlineSwitch, MultiSelect, RadioButtonGroup, Select } from '@grafana/ui';
import React from 'react';

import { queryLabels } from '../labels';
import { TextField } from './TextField';

export type LabelName = keyof typeof queryLabels;

/** Which control it is: its name gives label and help, and its id within the editor that the prefix stands for. */
interface Place {
  prefix: string;
  name: LabelName;
  labelWidth?: number | 'auto';
}

interface Control<T> extends Place {
  value: T;
  onChange: (value: T) => void;
}

interface Choosing<T> extends Control<T> {
  options: Array<SelectableValue<T>>;
}

const idOf = ({ prefix, name }: Place) => `${prefix}-${name}`;

/** A control beside its label, which explains it. */
function Labelled({ children, ...place }: Place & Pick<React.ComponentProps<typeof InlineField>, 'children'>) {
  const { label, help } = queryLabels[place.name];
  return (
    <InlineField label={label} tooltip={help} labelWidth={place.labelWidth ?? 'auto'} htmlFor={idOf(place)}>
      {children}
    </InlineField>
  );
}

/** One of a few, all of which are seen. */
export function RadioControl<T>({ options, value, onChange, ...place }: Choosing<T>) {
  return (
    <Labelled {...place}>
      <RadioButtonGroup
        id={idOf(place)}
        aria-label={queryLabels[place.name].label}
        options={options}
        value={value}
        onChange={onChange}
      />
    </Labelled>
  );
}

/** One of many, or of any where other texts are allowed. */
export function SelectControl<T>({
  options, value, onChange, width, allowCustomValue, ...place
}: Omit<Choosing<T>, 'options' | 'value'> & {
  value: T | undefined;
  options: Array<SelectableValue<T>> | Array<{ label: string; options: Array<SelectableValue<T>> }>;
  width: number;
  allowCustomValue?: boolean;
}) {
  return (
    <Labelled {...place}>
      <Select<T>
        inputId={idOf(place)}
        aria-label={queryLabels[place.name].label}
        options={options}
        value={value}
        allowCustomValue={allowCustomValue}
        width={width}
        onChange={({ value: chosen }) => chosen !== undefined && onChange(chosen)}
      />
    </Labelled>
  );
}

/** Any number of many. */
export function MultiSelectControl<T>({
  options, value, onChange, width, placeholder, isClearable, ...place
}: Control<T[]> & { options: Array<SelectableValue<T>>; width: number; placeholder?: string; isClearable?: boolean }) {
  return (
    <Labelled {...place}>
      <MultiSelect<T>
        inputId={idOf(place)}
        aria-label={queryLabels[place.name].label}
        options={options}
        value={value}
        placeholder={placeholder}
        closeMenuOnSelect={false}
        isClearable={isClearable}
        width={width}
        onChange={(chosen) => onChange(chosen.flatMap((option) => option.value ?? []))}
      />
    </Labelled>
  );
}

/** On or off. */
export function SwitchControl({ value, onChange, ...place }: Control<boolean>) {
  return (
    <Labelled {...place}>
      <InlineSwitch id={idOf(place)} value={value} onChange={(event) => onChange(event.currentTarget.checked)} />
    </Labelled>
  );
}

/** A text, reported when it is complete. */
export function TextControl({
  value, onChange, width, placeholder, type, ...place
}: Control<string> & { width: number; placeholder?: string; type?: 'text' | 'number' }) {
  return (
    <Labelled {...place}>
      <TextField id={idOf(place)} type={type} value={value} placeholder={placeholder} width={width} onCommit={onChange} />
    </Labelled>
  );
}

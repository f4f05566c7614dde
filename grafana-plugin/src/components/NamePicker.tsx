import { SelectableValue } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { MultiSelect } from '@grafana/ui';
import React, { useState } from 'react';

import { sentenceOf } from '../fault';
import { Lookup } from '../lookup';

interface Props {
  inputId: string;
  label: string;
  datasource: Lookup;
  dimension: string;
  value: string[];
  placeholder: string;
  onChange: (names: string[]) => void;
  /** Told why the list could not be had, or that it could be again. */
  onFault: (fault: string | undefined) => void;
}

/** Chooses several names out of a list of the backend, which is asked for when the menu is opened. */
export function NamePicker({ inputId, label, datasource, dimension, value, placeholder, onChange, onFault }: Props) {
  const [names, setNames] = useState<Array<SelectableValue<string>>>([]);
  const [loading, setLoading] = useState(false);

  const load = async () => {
    setLoading(true);
    try {
      const found = await datasource.names(dimension);
      setNames(found.map(({ text, value: name }) => ({ label: text, value: String(name ?? text) })));
      onFault(undefined);
    } catch (fault) {
      onFault(sentenceOf(fault));
    } finally {
      setLoading(false);
    }
  };

  const offered = [...variables(), ...names];
  // Grafana 9 shows a chosen value only when it is among the options.
  const kept = value.filter((name) => !offered.some((option) => option.value === name));
  return (
    <MultiSelect<string>
      inputId={inputId}
      aria-label={label}
      options={[...offered, ...kept.map((name) => ({ label: name, value: name }))]}
      value={value}
      placeholder={placeholder}
      isLoading={loading}
      loadingMessage="Asking the database"
      noOptionsMessage="No names found; type one to use it"
      allowCustomValue
      isClearable
      closeMenuOnSelect={false}
      width={40}
      onOpenMenu={load}
      onChange={(chosen) => onChange(chosen.flatMap((option) => option.value ?? []))}
    />
  );
}

function variables(): Array<SelectableValue<string>> {
  return getTemplateSrv()
    .getVariables()
    .filter(({ type }) => ['query', 'custom', 'textbox', 'constant'].includes(type))
    .map(({ name }) => ({ label: `$${name}`, value: `$${name}`, description: 'Dashboard variable' }));
}

import { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Alert, FieldSet, InlineField, InlineSwitch, Input, SecretInput, SecretTextArea, Select } from '@grafana/ui';
import React from 'react';

import { Setting, settingSections } from '../settings';
import { EnstoreOptions, EnstoreSecureOptions, SETTINGS_VERSION } from '../types';

type Props = DataSourcePluginOptionsEditorProps<EnstoreOptions, EnstoreSecureOptions>;

const LABEL_WIDTH = 26;
const INPUT_WIDTH = 60;
const SHORT_INPUT_WIDTH = 16;

const id = (name: string) => `enstore-config-${name}`;

export function ConfigEditor(props: Props) {
  return (
    <>
      {settingSections.map(({ title, settings }) => (
        <FieldSet key={title} label={title}>
          {settings
            .filter(({ when }) => when === undefined || when(props.options.jsonData))
            .map((setting) => (
              <Field key={setting.key} setting={setting} {...props} />
            ))}
        </FieldSet>
      ))}
    </>
  );
}

function Field({ setting, options, onOptionsChange }: Props & { setting: Setting }) {
  const { jsonData } = options;
  const fault = faultOf(setting, jsonData);
  const unset = setting.kind === 'zone' && !jsonData.siteTimeZone ? setting.unset : undefined;
  return (
    <>
      <InlineField
        label={setting.label}
        tooltip={setting.help}
        labelWidth={LABEL_WIDTH}
        htmlFor={id(setting.key)}
        required={setting.kind === 'text' && setting.required}
        invalid={fault !== undefined}
        error={fault}
      >
        {controlOf(setting, { options, onOptionsChange })}
      </InlineField>
      {unset && (
        <Alert severity="info" title={unset.label}>
          {unset.help}
        </Alert>
      )}
    </>
  );
}

/** The element itself, since Grafana's field passes on to it whether its value is invalid. */
function controlOf(setting: Setting, { options, onOptionsChange }: Props) {
  const { jsonData, secureJsonData, secureJsonFields } = options;
  const changed = (part: Partial<EnstoreOptions>) => ({ jsonData: { ...jsonData, version: SETTINGS_VERSION, ...part } });
  const change = (part: Partial<EnstoreOptions>) => onOptionsChange({ ...options, ...changed(part) });
  const secret = (key: keyof EnstoreSecureOptions) => ({
    id: id(key),
    isConfigured: Boolean(secureJsonFields?.[key]),
    value: secureJsonData?.[key] ?? '',
    onReset: () =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...secureJsonFields, [key]: false },
        secureJsonData: { ...secureJsonData, [key]: '' },
      }),
    onChange: (event: React.FormEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onOptionsChange({ ...options, secureJsonData: { ...secureJsonData, [key]: event.currentTarget.value } }),
  });

  switch (setting.kind) {
    case 'text': {
      const { key, instead, placeholder } = setting;
      return (
        <Input
          id={id(key)}
          width={INPUT_WIDTH}
          placeholder={placeholder}
          value={jsonData[key] || (instead && options[instead]) || ''}
          onChange={({ currentTarget: { value } }) =>
            instead
              ? onOptionsChange({ ...options, [instead]: '', ...changed({ [key]: value }) })
              : change({ [key]: value || undefined })
          }
        />
      );
    }
    case 'user':
      return (
        <Input
          id={id(setting.key)}
          width={INPUT_WIDTH}
          placeholder={setting.placeholder}
          autoComplete="off"
          value={options.user ?? ''}
          onChange={(event) => onOptionsChange({ ...options, user: event.currentTarget.value })}
        />
      );
    case 'zone': {
      const zone = jsonData[setting.key];
      return (
        <Select
          inputId={id(setting.key)}
          aria-label={setting.label}
          options={timeZones(zone).map((value) => ({ value, label: value }))}
          value={zone || null}
          placeholder={setting.placeholder}
          allowCustomValue
          isClearable
          width={INPUT_WIDTH}
          onChange={(choice) => change({ [setting.key]: choice?.value })}
        />
      );
    }
    case 'choice':
      return (
        <Select
          inputId={id(setting.key)}
          aria-label={setting.label}
          options={setting.choices}
          value={jsonData[setting.key] ?? setting.default}
          width={INPUT_WIDTH}
          onChange={({ value }) => change({ [setting.key]: value })}
        />
      );
    case 'switch':
      return (
        <InlineSwitch
          id={id(setting.key)}
          value={jsonData[setting.key] ?? setting.default}
          onChange={(event) => change({ [setting.key]: event.currentTarget.checked })}
        />
      );
    case 'number':
    case 'measured': {
      const { kind, key } = setting;
      return (
        <Input
          id={id(key)}
          width={SHORT_INPUT_WIDTH}
          type={kind === 'number' ? 'number' : 'text'}
          placeholder={String(setting.default)}
          value={jsonData[key] ?? ''}
          onChange={({ currentTarget: { value } }) =>
            change({ [key]: value === '' ? undefined : kind === 'number' ? Number(value) : value })
          }
        />
      );
    }
    case 'secret':
      return <SecretInput {...secret(setting.key)} width={INPUT_WIDTH} autoComplete="new-password" />;
    case 'pem':
      return <SecretTextArea {...secret(setting.key)} placeholder={`-----BEGIN ${setting.begin}-----`} cols={INPUT_WIDTH} rows={4} />;
  }
}

/** What the backend would refuse in a setting. */
function faultOf(setting: Setting, options: EnstoreOptions): string | undefined {
  if (setting.kind === 'number') {
    const value = options[setting.key];
    const fits = value === undefined || (Number.isInteger(value) && value >= setting.min && value <= setting.max);
    return fits ? undefined : `A whole number from ${setting.min} to ${setting.max}.`;
  }
  if (setting.kind === 'measured') {
    const value = options[setting.key];
    return value === undefined || setting.format.pattern.test(value) ? undefined : setting.format.hint;
  }
  return undefined;
}

/** All zones the browser knows, with the one that is set even if it is not among them. */
function timeZones(current: string | undefined): string[] {
  return [...new Set(['UTC', ...(current ? [current] : []), ...(Intl.supportedValuesOf?.('timeZone') ?? [])])];
}

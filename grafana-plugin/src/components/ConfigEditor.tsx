import { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Alert, FieldSet, InlineField, InlineSwitch, Input, SecretInput, SecretTextArea, Select } from '@grafana/ui';
import React from 'react';

import { connectionLabels, Limit, limitSections, tlsChoices } from '../labels';
import { EnstoreOptions, EnstoreSecureOptions, SETTINGS_VERSION } from '../types';

type Props = DataSourcePluginOptionsEditorProps<EnstoreOptions, EnstoreSecureOptions>;

const LABEL_WIDTH = 26;
const INPUT_WIDTH = 60;

const id = (name: string) => `enstore-config-${name}`;
const labelled = (name: string, { label, help }: { label: string; help: string }) => ({
  label,
  tooltip: help,
  labelWidth: LABEL_WIDTH,
  htmlFor: id(name),
});
const field = (name: keyof typeof connectionLabels) => labelled(name, connectionLabels[name]);

export function ConfigEditor({ options, onOptionsChange }: Props) {
  const { jsonData, secureJsonData, secureJsonFields } = options;
  const { tlsMode = 'disable', siteTimeZone } = jsonData;

  const changeJson = (part: Partial<EnstoreOptions>) => ({
    jsonData: { ...jsonData, version: SETTINGS_VERSION, ...part },
  });
  const change = (part: Partial<EnstoreOptions>) => onOptionsChange({ ...options, ...changeJson(part) });
  const secret = (name: keyof EnstoreSecureOptions) => ({
    id: id(name),
    isConfigured: Boolean(secureJsonFields?.[name]),
    value: secureJsonData?.[name] ?? '',
    onReset: () =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...secureJsonFields, [name]: false },
        secureJsonData: { ...secureJsonData, [name]: '' },
      }),
    onChange: (event: React.FormEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onOptionsChange({ ...options, secureJsonData: { ...secureJsonData, [name]: event.currentTarget.value } }),
  });
  const pem = (name: 'tlsCaCert' | 'tlsClientCert' | 'tlsClientKey', kind: string) => (
    <InlineField {...field(name)}>
      <SecretTextArea {...secret(name)} placeholder={`-----BEGIN ${kind}-----`} cols={INPUT_WIDTH} rows={4} />
    </InlineField>
  );

  return (
    <>
      <FieldSet label="Connection">
        <InlineField {...field('hosts')} required>
          <Input
            id={id('hosts')}
            width={INPUT_WIDTH}
            placeholder="standby.example.org:8800"
            value={jsonData.hosts || options.url || ''}
            onChange={(event) => onOptionsChange({ ...options, url: '', ...changeJson({ hosts: event.currentTarget.value }) })}
          />
        </InlineField>
        <InlineField {...field('database')}>
          <Input
            id={id('database')}
            width={INPUT_WIDTH}
            placeholder="accounting"
            value={jsonData.database || options.database || ''}
            onChange={(event) =>
              onOptionsChange({ ...options, database: '', ...changeJson({ database: event.currentTarget.value }) })
            }
          />
        </InlineField>
        <InlineField {...field('user')}>
          <Input
            id={id('user')}
            width={INPUT_WIDTH}
            placeholder="enstore_reader"
            autoComplete="off"
            value={options.user ?? ''}
            onChange={(event) => onOptionsChange({ ...options, user: event.currentTarget.value })}
          />
        </InlineField>
        <InlineField {...field('password')}>
          <SecretInput {...secret('password')} width={INPUT_WIDTH} autoComplete="new-password" />
        </InlineField>
        <InlineField {...field('siteTimeZone')}>
          <Select
            inputId={id('siteTimeZone')}
            aria-label={connectionLabels.siteTimeZone.label}
            options={timeZones(siteTimeZone).map((zone) => ({ value: zone, label: zone }))}
            value={siteTimeZone || null}
            placeholder="UTC"
            allowCustomValue
            isClearable
            width={INPUT_WIDTH}
            onChange={(choice) => change({ siteTimeZone: choice?.value })}
          />
        </InlineField>
        {!siteTimeZone && (
          <Alert severity="info" title="Choose the site’s time zone">
            Days begin at the site’s midnight. Until a zone is chosen, times are read as UTC and days may be cut wrongly.
          </Alert>
        )}
        <InlineField {...field('allowPrimary')}>
          <InlineSwitch
            id={id('allowPrimary')}
            value={jsonData.allowPrimary ?? false}
            onChange={(event) => change({ allowPrimary: event.currentTarget.checked })}
          />
        </InlineField>
      </FieldSet>

      <FieldSet label="Encryption">
        <InlineField {...field('tlsMode')}>
          <Select
            inputId={id('tlsMode')}
            aria-label={connectionLabels.tlsMode.label}
            options={tlsChoices}
            value={tlsMode}
            width={INPUT_WIDTH}
            onChange={({ value }) => change({ tlsMode: value })}
          />
        </InlineField>
        {tlsMode === 'verify-full' && (
          <InlineField {...field('tlsServerName')}>
            <Input
              id={id('tlsServerName')}
              width={INPUT_WIDTH}
              placeholder="the host’s own name"
              value={jsonData.tlsServerName ?? ''}
              onChange={(event) => change({ tlsServerName: event.currentTarget.value || undefined })}
            />
          </InlineField>
        )}
        {tlsMode.startsWith('verify') && pem('tlsCaCert', 'CERTIFICATE')}
        {tlsMode !== 'disable' && pem('tlsClientCert', 'CERTIFICATE')}
        {tlsMode !== 'disable' && pem('tlsClientKey', 'PRIVATE KEY')}
      </FieldSet>

      {limitSections.map(({ title, limits }) => (
        <FieldSet key={title} label={title}>
          {limits.map((limit) => (
            <LimitField
              key={limit.key}
              limit={limit}
              value={jsonData[limit.key]}
              onChange={(value) => change({ [limit.key]: value })}
            />
          ))}
        </FieldSet>
      ))}
    </>
  );
}

interface LimitProps {
  limit: Limit;
  value: string | number | undefined;
  onChange: (value: string | number | undefined) => void;
}

/** Edits one limit; empty means the default, which is shown as a hint. */
function LimitField({ limit, value, onChange }: LimitProps) {
  const fault = value === undefined ? undefined : faultOf(limit, value);
  return (
    <InlineField {...labelled(limit.key, limit)} invalid={fault !== undefined} error={fault}>
      <Input
        id={id(limit.key)}
        width={16}
        type={'format' in limit ? 'text' : 'number'}
        placeholder={limit.default}
        value={value ?? ''}
        onChange={({ currentTarget: { value: text } }) =>
          onChange(text === '' ? undefined : 'format' in limit ? text : Number(text))
        }
      />
    </InlineField>
  );
}

function faultOf(limit: Limit, value: string | number): string | undefined {
  if ('format' in limit) {
    return limit.format.pattern.test(String(value)) ? undefined : limit.format.hint;
  }
  const fits = Number.isInteger(value) && Number(value) >= limit.min && Number(value) <= limit.max;
  return fits ? undefined : `A whole number from ${limit.min} to ${limit.max}.`;
}

/** All zones the browser knows, with the one that is set even if it is not among them. */
function timeZones(current: string | undefined): string[] {
  return [...new Set(['UTC', ...(current ? [current] : []), ...(Intl.supportedValuesOf?.('timeZone') ?? [])])];
}

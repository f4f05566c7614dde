import type { Choice, Label } from './labels';
import { EnstoreOptions, EnstoreSecureOptions, OtherDatabase, TlsMode } from './types';

type KeysOf<T> = { [K in keyof EnstoreOptions]-?: NonNullable<EnstoreOptions[K]> extends T ? K : never }[keyof EnstoreOptions];
type TextKey = KeysOf<string>;

/** A text with a unit that is written in it. */
export interface Format {
  pattern: RegExp;
  hint: string;
}

export const durationFormat: Format = {
  pattern: /^\d+(ms|s|m|h|d)$/,
  hint: 'A number and its unit: ms, s, m, h or d, for example 30s.',
};
export const sizeFormat: Format = {
  pattern: /^\d+(KiB|MiB|GiB)$/,
  hint: 'A number and its unit: KiB, MiB or GiB, for example 64MiB.',
};

/** One setting of a data source: what it is called, where it is kept and how it is edited. */
export type Setting = Label & {
  /** Shown only then. */
  when?: (options: EnstoreOptions) => boolean;
} & (
    | {
        kind: 'text';
        key: TextKey;
        placeholder: string;
        required?: boolean;
        /** Grafana's own field of the same meaning, which is emptied when this one is written. */
        instead?: 'url' | 'database';
      }
    | { kind: 'user'; key: 'user'; placeholder: string }
    | { kind: 'zone'; key: 'siteTimeZone'; placeholder: string; unset: Label }
    | { kind: 'choice'; key: 'tlsMode' | `${OtherDatabase}TlsMode`; choices: Array<Choice<TlsMode | 'same'>>; default: TlsMode | 'same' }
    | { kind: 'switch'; key: KeysOf<boolean>; default: boolean }
    | { kind: 'number'; key: KeysOf<number>; min: number; max: number; default: number }
    | { kind: 'measured'; key: TextKey; format: Format; default: string }
    | { kind: 'secret'; key: keyof EnstoreSecureOptions }
    | { kind: 'pem'; key: keyof EnstoreSecureOptions; begin: string }
  );

const encrypted = ({ tlsMode = 'disable' }: EnstoreOptions) => tlsMode !== 'disable';
const tlsModeOf = (options: EnstoreOptions, name: OtherDatabase) => {
  const { [`${name}TlsMode` as const]: own = 'same' } = options;
  return own === 'same' ? options.tlsMode : own;
};
const watched = ({ primaryHost }: EnstoreOptions) => Boolean(primaryHost);
const verified = ({ tlsMode = 'disable' }: EnstoreOptions) => tlsMode.startsWith('verify');

const tlsModes: Array<Choice<TlsMode>> = [
  { value: 'disable', label: 'Off', description: 'Nothing is encrypted' },
  { value: 'require', label: 'Encrypt', description: 'Encrypted, the server is not checked' },
  { value: 'verify-ca', label: 'Verify CA', description: 'Encrypted, the certificate must be signed by the CA' },
  { value: 'verify-full', label: 'Verify CA and name', description: 'As before, and made out to the host' },
];

/** The settings of a database beside accounting; all but its hosts are shown once those are given. */
function otherDatabase(name: OtherDatabase, contents: string, port: number): Setting[] {
  const named = (options: EnstoreOptions) => Boolean(options[`${name}Hosts`]);
  return [
    {
      kind: 'text',
      key: `${name}Hosts`,
      label: `${name} hosts`,
      help: `The standby servers of the database ${name}, which has ${contents}, as host:port, separated by commas; the port defaults to ${port}. Empty where no panel needs it.`,
      placeholder: `standby3.example.org:${port}`,
    },
    {
      kind: 'text',
      key: `${name}Database`,
      label: `${name} database`,
      help: `Name of the database ${name}.`,
      placeholder: name,
      when: named,
    },
    {
      kind: 'text',
      key: `${name}User`,
      label: `${name} user`,
      help: 'A database role that may only read; empty for the accounting database’s, with its password.',
      placeholder: 'as for accounting',
      when: named,
    },
    {
      kind: 'secret',
      key: `${name}Password`,
      label: `${name} password`,
      help: 'Kept encrypted by Grafana and never shown again; empty for the accounting database’s, if the user is the same.',
      when: named,
    },
    {
      kind: 'choice',
      key: `${name}TlsMode`,
      label: `${name} TLS`,
      help: 'Whether the connection is encrypted and how the server is checked; the certificates are the accounting database’s.',
      choices: [{ value: 'same', label: 'As for accounting' }, ...tlsModes],
      default: 'same',
      when: named,
    },
    {
      kind: 'text',
      key: `${name}TlsServerName`,
      label: `${name} server name`,
      help: 'The name to look for in the server’s certificate when it is not that of the host.',
      placeholder: 'the host’s own name',
      when: (options) => named(options) && tlsModeOf(options, name) === 'verify-full',
    },
    {
      kind: 'switch',
      key: `${name}AllowPrimary`,
      label: `${name}: allow the primary`,
      help: 'Also ask a server that is not a standby; off, so that graphs never slow the tape system down.',
      default: false,
      when: named,
    },
    {
      kind: 'number',
      key: `${name}PoolSize`,
      label: `${name} connections`,
      help: 'Most connections held to one host, 1 to 16.',
      default: 2,
      min: 1,
      max: 16,
      when: named,
    },
  ];
}

/** Every setting, in the order of the page. A new one needs an entry here and its key in types.ts, nothing else. */
export const settingSections: Array<{ title: string; settings: Setting[] }> = [
  {
    title: 'Connection',
    settings: [
      {
        kind: 'text',
        key: 'hosts',
        label: 'Hosts',
        help: 'The standby servers of the accounting database, as host:port, separated by commas; the port defaults to 8800. They are tried in this order.',
        placeholder: 'standby1.example.org:8800,standby2.example.org',
        required: true,
        instead: 'url',
      },
      {
        kind: 'text',
        key: 'database',
        label: 'Database',
        help: 'Name of the accounting database.',
        placeholder: 'accounting',
        instead: 'database',
      },
      {
        kind: 'user',
        key: 'user',
        label: 'User',
        help: 'A database role that may only read.',
        placeholder: 'enstore_reader',
      },
      {
        kind: 'secret',
        key: 'password',
        label: 'Password',
        help: 'Kept encrypted by Grafana and never shown again.',
      },
      {
        kind: 'zone',
        key: 'siteTimeZone',
        label: 'Site time zone',
        help: 'The time zone the Enstore servers keep; the summary’s days and every stored time are read in it.',
        placeholder: 'UTC',
        unset: {
          label: 'Choose the site’s time zone',
          help: 'Days begin at the site’s midnight. Until a zone is chosen, times are read as UTC and days may be cut wrongly.',
        },
      },
      {
        kind: 'switch',
        key: 'allowPrimary',
        label: 'Allow the primary',
        help: 'Also ask a server that is not a standby; off, so that graphs never slow the tape system down.',
        default: false,
      },
    ],
  },
  {
    title: 'Encryption',
    settings: [
      {
        kind: 'choice',
        key: 'tlsMode',
        label: 'TLS',
        help: 'Whether the connection is encrypted and how the server is checked.',
        choices: tlsModes,
        default: 'disable',
      },
      {
        kind: 'text',
        key: 'tlsServerName',
        label: 'Server name',
        help: 'The name to look for in the server’s certificate when it is not that of the host.',
        placeholder: 'the host’s own name',
        when: ({ tlsMode }) => tlsMode === 'verify-full',
      },
      {
        kind: 'pem',
        key: 'tlsCaCert',
        label: 'CA certificate',
        help: 'Who must have signed the server’s certificate, as PEM text; empty for the authorities that Java trusts.',
        begin: 'CERTIFICATE',
        when: verified,
      },
      {
        kind: 'pem',
        key: 'tlsClientCert',
        label: 'Client certificate',
        help: 'Shown to servers that ask for one, as PEM text; otherwise leave it empty.',
        begin: 'CERTIFICATE',
        when: encrypted,
      },
      {
        kind: 'pem',
        key: 'tlsClientKey',
        label: 'Client key',
        help: 'The private key of the client certificate, as PEM text (PKCS #8, not encrypted).',
        begin: 'PRIVATE KEY',
        when: encrypted,
      },
    ],
  },
  {
    title: 'Primary, for watching replication only',
    settings: [
      {
        kind: 'text',
        key: 'primaryHost',
        label: 'Primary',
        help: 'The primary server, as host:port, to see its side of replication too: positions sent, slots and the archive; no table is read there. Empty for the standbys’ own view.',
        placeholder: 'primary.example.org:8800',
      },
      {
        kind: 'text',
        key: 'monitorUser',
        label: 'Monitoring user',
        help: 'A role that may see the primary’s statistics and no table; sql/05-monitoring.sql makes it.',
        placeholder: 'enstore_monitor',
        when: watched,
      },
      {
        kind: 'secret',
        key: 'monitorPassword',
        label: 'Monitoring password',
        help: 'Kept encrypted by Grafana and never shown again.',
        when: watched,
      },
    ],
  },
  {
    title: 'Enstore’s other databases',
    settings: [
      ...otherDatabase('drivestat', 'the drives’ own counters', 8802),
      ...otherDatabase('enstoredb', 'volumes, files and quotas', 8888),
    ],
  },
  {
    title: 'Connections',
    settings: [
      { kind: 'number', key: 'poolSize', label: 'Connections per host', help: 'Most connections held to one host, 1 to 16.', default: 4, min: 1, max: 16 },
      { kind: 'measured', key: 'connectTimeout', label: 'Connect timeout', help: 'How long to wait for a host before the next one is tried, 1s to 60s.', default: '5s', format: durationFormat },
      { kind: 'measured', key: 'statementTimeout', label: 'Statement timeout', help: 'How long one database statement may run, 1s to 10m.', default: '30s', format: durationFormat },
      { kind: 'measured', key: 'idleEviction', label: 'Idle time', help: 'After this time without a question all connections are closed, 1m to 24h.', default: '30m', format: durationFormat },
    ],
  },
  {
    title: 'Freshness',
    settings: [
      { kind: 'measured', key: 'openRefresh', label: 'Open day refresh', help: 'How old the numbers of the running day may be, 1s to 10m.', default: '10s', format: durationFormat },
      { kind: 'measured', key: 'recentRefresh', label: 'Recent days refresh', help: 'How old the numbers of days within the late-row window may be, 10s to 24h.', default: '10m', format: durationFormat },
      { kind: 'number', key: 'lookBack', label: 'Late rows (days)', help: 'Days before today that are read again because rows may arrive late, 0 to 60.', default: 7, min: 0, max: 60 },
      { kind: 'number', key: 'moverLookBack', label: 'Name look-back (days)', help: 'Names seen within so many days are offered for choosing, 1 to 7300.', default: 90, min: 1, max: 7300 },
      { kind: 'measured', key: 'lagWarning', label: 'Replay lag warning', help: 'A standby further behind the primary than this gets a notice on the panel, 1s to 7d.', default: '5m', format: durationFormat },
      { kind: 'number', key: 'summaryWarning', label: 'Summary warning (days)', help: 'A daily summary that is more than so many days behind gets a warning on the panel, 1 to 365.', default: 2, min: 1, max: 365 },
    ],
  },
  {
    title: 'Limits',
    settings: [
      { kind: 'number', key: 'maxSeries', label: 'Series per answer', help: 'Of more series than this only the largest are answered, with a warning; 1 to 2,000.', default: 500, min: 1, max: 2000 },
      { kind: 'number', key: 'maxPoints', label: 'Values per answer', help: 'For more values than this the step is widened, with a warning; 1,000 to 10,000,000.', default: 1000000, min: 1000, max: 10000000 },
      { kind: 'measured', key: 'cacheBytes', label: 'Cache size', help: 'Memory for numbers kept and reads under way, 16MiB to 4GiB; above 64MiB give the backend more memory too.', default: '64MiB', format: sizeFormat },
      { kind: 'measured', key: 'partialAfter', label: 'Partial answer after', help: 'A panel is then answered with what is there, 1s to 29s.', default: '20s', format: durationFormat },
    ],
  },
];

import {
  createTheme, DataFrame, DataQueryRequest, DataSourceSettings, dateTime, MetricFindValue, rangeUtil, RawTimeRange, TimeRange, toDataFrame,
} from '@grafana/data';
import { config } from '@grafana/runtime';
import {
  Alert, Button, GlobalStyles, InlineField, InlineFieldRow, InlineSwitch, MultiSelect, Tab, TabsBar, ThemeContext, TimeRangeInput,
} from '@grafana/ui';
import React, { useCallback, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { lastValueFrom } from 'rxjs';
import 'uplot/dist/uPlot.min.css';

import type { EnstoreOptions, EnstoreQuery, EnstoreSecureOptions, EnstoreVariableQuery } from '../src/types';
import type { EnstoreVariables } from '../src/variables';
import { Graph } from './Graph';
import { loadPlugin, variables } from './host';

type Options = DataSourceSettings<EnstoreOptions, EnstoreSecureOptions>;
type Loaded = Awaited<ReturnType<typeof loadPlugin>>;

const TABS = ['Graph', 'Variable', 'Settings'] as const;

// The address can say where to start: ?tab=Settings&theme=light&from=now-30d&to=now&query={...}
const address = new URLSearchParams(window.location.search);
const start = {
  tab: TABS.find((tab) => tab === address.get('tab')) ?? 'Graph',
  light: address.get('theme') === 'light',
  range: { from: address.get('from') ?? 'now-30d', to: address.get('to') ?? 'now' },
  query: {
    refId: 'A',
    ...JSON.parse(address.get('query') ?? '{"filters":{"mover":{"include":["$mover"]}}}'),
  } as EnstoreQuery,
};

function Page({ plugin, datasource }: Loaded) {
  const [light, setLight] = useState(start.light);
  const [tab, setTab] = useState<(typeof TABS)[number]>(start.tab);
  const theme = createTheme({ colors: { mode: light ? 'light' : 'dark' } });
  config.theme2 = theme;

  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <style>{`body { background: ${theme.colors.background.canvas}; color: ${theme.colors.text.primary}; font-family: ${theme.typography.fontFamily}; font-size: ${theme.typography.fontSize}px; }`}</style>
      <header>
        <h1>
          <img src="plugin/img/logo.svg" alt="" width={32} height={32} />
          Enstore data source
        </h1>
        <InlineField label="Light" htmlFor="preview-light">
          <InlineSwitch id="preview-light" value={light} onChange={() => setLight(!light)} />
        </InlineField>
      </header>
      <main>
        <TabsBar>
          {TABS.map((each) => (
            <Tab key={each} label={each} active={each === tab} onChangeTab={() => setTab(each)} />
          ))}
        </TabsBar>
        {tab === 'Graph' && <GraphTab plugin={plugin} datasource={datasource} />}
        {tab === 'Variable' && <VariableTab plugin={plugin} datasource={datasource} />}
        {tab === 'Settings' && <SettingsTab plugin={plugin} datasource={datasource} />}
      </main>
    </ThemeContext.Provider>
  );
}

function GraphTab({ plugin, datasource }: Loaded) {
  const [query, setQuery] = useState<EnstoreQuery>({
    // Grafana begins with the default where nothing is saved.
    ...(Object.keys(start.query).length === 1 && datasource.getDefaultQuery('dashboard' as never)),
    ...start.query,
  });
  const [timeRange, setTimeRange] = useState(() => evaluated(start.range));
  const [movers, setMovers] = useState<string[]>([]);
  const [chosen, setChosen] = useState<string[]>([]);
  const [answer, setAnswer] = useState<{ frames: DataFrame[]; faults: string[] }>({ frames: [], faults: [] });
  const [width, setWidth] = useState(0);
  const measure = useCallback((element: HTMLElement | null) => element && setWidth(element.clientWidth), []);

  useEffect(() => {
    listed(datasource, { refId: 'mover', kind: 'movers' }).then(setMovers, () => setMovers([]));
  }, [datasource]);
  variables.mover = chosen.length > 0 ? chosen : movers;

  useEffect(() => {
    let current = width > 0 && movers.length > 0;
    if (current) {
      ask(datasource, query, timeRange, width).then((next) => current && setAnswer(next));
    }
    return () => {
      current = false;
    };
  }, [datasource, query, timeRange, width, movers, chosen]);

  const { QueryEditor } = plugin.components;
  return (
    <section ref={measure}>
      <InlineFieldRow>
        <InlineField label="$mover" htmlFor="preview-mover">
          <MultiSelect
            inputId="preview-mover"
            aria-label="$mover"
            options={movers.map((value) => ({ value, label: value }))}
            value={chosen}
            placeholder="All"
            width={40}
            onChange={(items) => setChosen(items.flatMap(({ value }) => value ?? []))}
          />
        </InlineField>
        <InlineField label="Time range">
          <TimeRangeInput value={timeRange} onChange={(range) => setTimeRange(evaluated(range.raw))} />
        </InlineField>
      </InlineFieldRow>
      {width > 0 && (
        <Graph title={datasource.getQueryDisplayText(query)} {...answer} timeRange={timeRange} width={width} />
      )}
      <section>
        {QueryEditor && (
          <QueryEditor datasource={datasource} query={query} onChange={setQuery} onRunQuery={() => undefined} range={timeRange} />
        )}
      </section>
    </section>
  );
}

function VariableTab({ datasource }: Loaded) {
  const [query, setQuery] = useState<EnstoreVariableQuery>({ refId: 'variable' });
  const [answer, setAnswer] = useState<{ names: string[]; fault?: string }>({ names: [] });
  useEffect(() => {
    listed(datasource, query).then(
      (names) => setAnswer({ names }),
      (fault) => setAnswer({ names: [], fault: sentenceOf(fault) })
    );
  }, [datasource, query]);

  const { editor: Editor } = datasource.variables as EnstoreVariables;
  return (
    <section>
      <Editor datasource={datasource} query={query} onChange={(next) => setQuery(next as EnstoreVariableQuery)} onRunQuery={() => undefined} />
      {answer.fault && <Alert severity="error" title={answer.fault} />}
      <p>
        {answer.names.length} values: {answer.names.join(', ')}
      </p>
    </section>
  );
}

function SettingsTab({ plugin, datasource }: Loaded) {
  const [options, setOptions] = useState({ jsonData: {}, secureJsonData: {}, secureJsonFields: {} } as Options);
  const [health, setHealth] = useState<{ status: string; message: string }>();
  const test = () =>
    datasource.testDatasource().then(setHealth, (fault) => setHealth({ status: 'error', message: sentenceOf(fault) }));

  const { ConfigEditor } = plugin.components;
  return (
    <section>
      {ConfigEditor && <ConfigEditor options={options} onOptionsChange={setOptions} />}
      <Button onClick={test}>Test</Button>
      {health && <Alert severity={health.status === 'success' ? 'success' : 'error'} title={health.message} />}
    </section>
  );
}

function evaluated(raw: RawTimeRange): TimeRange {
  const ends = { from: typeof raw.from === 'string' ? raw.from : dateTime(raw.from), to: typeof raw.to === 'string' ? raw.to : dateTime(raw.to) };
  return rangeUtil.convertRawToRange(ends);
}

async function listed(datasource: Loaded['datasource'], query: EnstoreVariableQuery): Promise<string[]> {
  const request = { targets: [query], scopedVars: {} } as unknown as DataQueryRequest<EnstoreVariableQuery>;
  const { data } = await lastValueFrom((datasource.variables as EnstoreVariables).query(request));
  return (data as unknown as MetricFindValue[]).map(({ text, value }) => String(value ?? text));
}

async function ask(datasource: Loaded['datasource'], query: EnstoreQuery, range: TimeRange, maxDataPoints: number) {
  const { interval, intervalMs } = rangeUtil.calculateInterval(range, maxDataPoints);
  const request = {
    requestId: 'preview', app: 'preview', timezone: 'browser', startTime: Date.now(), scopedVars: {}, targets: [query],
    range, maxDataPoints, interval, intervalMs,
  } as DataQueryRequest<EnstoreQuery>;
  try {
    const { data, error, errors } = await lastValueFrom(datasource.query(request));
    const faults = errors ?? (error ? [error] : []);
    return { frames: data.map(toDataFrame), faults: faults.map(sentenceOf) };
  } catch (fault) {
    return { frames: [], faults: [sentenceOf(fault)] };
  }
}

function sentenceOf(fault: unknown): string {
  const { data, message } = fault as { data?: { error?: string; message?: string }; message?: string };
  return data?.error ?? data?.message ?? message ?? 'The server did not answer.';
}

const element = document.getElementById('page');
if (element) {
  const root = createRoot(element);
  loadPlugin().then(
    (loaded) => root.render(<Page {...loaded} />),
    (fault) => root.render(<p>{sentenceOf(fault)}</p>)
  );
}

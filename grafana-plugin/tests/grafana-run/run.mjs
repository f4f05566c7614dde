// Uses the installed plugin in a running Grafana as a person would: data source, panel, variable, Explore, alert rule.
// What it makes there it removes again. See .github/CONTRIBUTING.md for how to call it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const USAGE = `npm run test:grafana -- <Grafana's address> --standby <host:port> --password <password>
  --user <role>            database role (enstore_reader)
  --database <name>        (accounting)
  --zone <zone>            the site's time zone (America/Chicago)
  --login <name:password>  Grafana's administrator (admin:admin); not used where everybody is one
  --pictures <folder>      where a picture of each step is kept (nowhere)
  --keep                   leave what was made in Grafana`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    standby: { type: 'string' },
    password: { type: 'string' },
    user: { type: 'string', default: 'enstore_reader' },
    database: { type: 'string', default: 'accounting' },
    zone: { type: 'string', default: 'America/Chicago' },
    login: { type: 'string', default: 'admin:admin' },
    pictures: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
if (positionals.length !== 1 || !options.standby || !options.password) {
  console.error(USAGE);
  process.exit(2);
}
const grafana = positionals[0].replace(/\/+$/, '');
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path)
);
if (!executablePath) {
  console.error('No Chromium is found: install it, or set CHROMIUM to its path.');
  process.exit(2);
}
if (options.pictures) {
  mkdirSync(options.pictures, { recursive: true });
}

const PLUGIN = 'enstore-accounting-datasource';
const PATIENCE = 60_000;
const made = `enstore-run-${Date.now().toString(36)}`;
const folder = `${made}-rules`;
const day = 86_400;

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking'],
});
const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
page.setDefaultTimeout(PATIENCE);
const failures = [];
page.on('pageerror', (error) => failures.push(error.message));

let version = '';
let datasource;

/** Calls Grafana's HTTP interface in the browser's session. */
async function api(method, path, data) {
  const response = await page.request.fetch(`${grafana}${path}`, {
    method,
    ...(data && { data }),
    headers: { 'Content-Type': 'application/json', 'X-Disable-Provenance': 'true' },
  });
  const text = await response.text();
  assert.ok(response.ok(), `${method} ${path}: ${response.status()} ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : undefined;
}

/** Runs `act` and returns the answers that queries of this data source got meanwhile, once there is one. */
async function answers(act) {
  const seen = page.waitForResponse(
    (response) => /\/api\/(ds\/query|v1\/eval)/.test(response.url()) && response.request().method() === 'POST',
    { timeout: PATIENCE }
  );
  await act();
  const response = await seen;
  const body = await response.json();
  assert.equal(response.status(), 200, JSON.stringify(body).slice(0, 400));
  return Object.values(body.results);
}

/** Whether this Grafana is of that version or a later one. */
function isAtLeast(major, minor) {
  const [itsMajor, itsMinor] = version.split('.').map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}

/** Goes to the first of the paths that shows the control. */
async function openFirst(paths, control) {
  for (const path of paths.slice(0, -1)) {
    await page.goto(`${grafana}${path}`);
    if (await control.waitFor({ timeout: PATIENCE / 3 }).then(() => true, () => false)) {
      return;
    }
  }
  await page.goto(`${grafana}${paths.at(-1)}`);
  await control.waitFor();
}

const field = (name) => page.locator(`[id^="enstore-query-"][id$="-${name}"]`).first();
/** Grafana names its parts by aria-label at first, and by data-testid later. */
const part = (...names) => page.locator(names.flatMap((name) => [`[aria-label="${name}"]`, `[data-testid="${name}"]`, `[data-testid="data-testid ${name}"]`]).join(', ')).first();

const steps = {
  'reaches Grafana as an administrator': async () => {
    ({ version } = await api('GET', '/api/health'));
    const { status } = await page.request.get(`${grafana}/api/org`).then((response) => ({ status: response.status() }));
    if (status === 401 || status === 403) {
      const [user, ...rest] = options.login.split(':');
      await api('POST', '/login', { user, password: rest.join(':') });
    }
    const plugin = await api('GET', `/api/plugins/${PLUGIN}/settings`);
    assert.equal(plugin.id, PLUGIN);
    console.log(`# Grafana ${version}, plugin ${plugin.info.version}, signature ${plugin.signature}`);
  },

  'adds the data source, and Save & test finds the standby': async () => {
    await page.goto(`${grafana}/datasources/new`);
    const search = page.getByPlaceholder(/Filter by name or type|Search all/i).or(part('Add data source search input')).first();
    await search.fill('Enstore');
    const card = part('Add new data source Enstore', 'Data source plugin item Enstore');
    const tile = card.or(page.getByRole('link', { name: /^Enstore/ })).or(page.getByText('Enstore', { exact: true })).first();
    await tile.click();
    // Later versions show a page about the plugin first. The tile's own name, with the plugin's, is longer.
    const add = page.getByRole('button', { name: /^(Add new data source|Create a Enstore data source)$/i }).first();
    const setting = (key) => page.locator(`#enstore-config-${key}`);
    const hosts = setting('hosts');
    await add.or(hosts).first().waitFor();
    if (await add.isVisible()) {
      await add.click();
    }
    await hosts.fill(options.standby);
    await part('Data source settings page name input field').fill(made);
    await setting('user').fill(options.user);
    await setting('database').fill(options.database);
    await setting('password').fill(options.password);
    await setting('siteTimeZone').click();
    await page.keyboard.type(options.zone);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^(Save & test|Test)$/ }).or(part('Data source settings page Save and Test button')).first().click();
    await page.getByText(/standby/i).filter({ hasText: /PostgreSQL|lag|transfer/i }).first().waitFor();
    datasource = await api('GET', `/api/datasources/name/${made}`);
    assert.equal(datasource.type, PLUGIN);
    assert.equal(datasource.jsonData.siteTimeZone, options.zone);
    assert.equal(datasource.secureJsonFields.password, true);
  },

  'draws a panel from the query editor': async () => {
    await api('POST', '/api/dashboards/db', { dashboard: dashboard(), overwrite: true });
    const [first] = await answers(() => page.goto(`${grafana}/d/${made}/run?editPanel=1`));
    assert.ok(first.frames[0].schema.fields.length > 1, 'no series for the default query');
    await page.locator('canvas').first().waitFor();
    const legend = field('legend');
    await legend.waitFor();
    const [named] = await answers(async () => {
      await legend.fill('only {{mover}}');
      await legend.press('Enter');
    });
    assert.match(named.frames[0].schema.fields[1].config.displayNameFromDS, /^only /);
    await page.getByText(/^only \S+/).first().waitFor();
  },

  'offers a variable’s values, and edits what they are': async () => {
    const match = page.locator('#enstore-variableMatch');
    // Grafana 11.3 renamed the view along with its new dashboards, which can be switched off.
    const views = isAtLeast(11, 3) ? ['variables', 'templating'] : ['templating', 'variables'];
    await openFirst(views.map((view) => `/d/${made}/run?editview=${view}&editIndex=0`), match);
    const names = await api('POST', `/api/datasources/uid/${datasource.uid}/resources/variable`, { kind: 'movers' });
    assert.ok(names.length > 1, 'the data source knows fewer than two movers');
    const offered = (name) => page.getByText(name, { exact: true }).and(page.locator(':not(option)')).first();
    await match.fill(`^${names[1].text}$`);
    await match.press('Enter');
    await offered(names[1].text).waitFor();
    await offered(names[0].text).waitFor({ state: 'hidden' });

    await page.goto(`${grafana}/d/${made}/run`);
    const choice = page.locator('#var-mover, [data-testid*="Value DropDown value link text"], label:has-text("mover") ~ *').first();
    await choice.waitFor();
    const [chosen] = await answers(() => page.goto(`${grafana}/d/${made}/run?var-mover=${encodeURIComponent(names[1].text)}`));
    const movers = chosen.frames[0].schema.fields.slice(1).map(({ labels }) => labels.mover);
    assert.ok(movers.length > 0 && movers.every((mover) => mover === names[1].text), `asked for one mover, got ${movers}`);
  },

  'explores': async () => {
    // One without a key of ours would wait for the button.
    const query = { refId: 'A', step: '1h', datasource: { type: PLUGIN, uid: datasource.uid } };
    const range = { from: 'now-7d', to: 'now' };
    const pane = { datasource: datasource.uid, queries: [query], range };
    const parameters =
      isAtLeast(10, 0)
        ? { schemaVersion: '1', panes: JSON.stringify({ a: pane }), orgId: '1' }
        : { left: JSON.stringify({ ...pane, datasource: made }), orgId: '1' };
    const [first] = await answers(() => page.goto(`${grafana}/explore?${new URLSearchParams(parameters)}`));
    assert.ok(first.frames[0].schema.fields.length > 1);
    await field('legend').waitFor();
    await page.locator('canvas').first().waitFor();
  },

  'previews an alert rule in its form': async () => {
    const { queries, condition } = rule();
    const defaults = { name: made, type: 'grafana', queries, condition };
    await page.goto(`${grafana}/alerting/new?${new URLSearchParams({ defaults: JSON.stringify(defaults) })}`);
    await field('legend').waitFor();
    const [first] = await answers(() => page.getByRole('button', { name: /^(Preview|Run queries|Preview alerts?)$/ }).or(part('alert-rule preview-button')).first().click());
    assert.ok(first.frames.length > 0);
  },

  'evaluates a saved alert rule, with labels': async () => {
    await api('POST', '/api/folders', { title: folder, uid: folder });
    const { queries, condition } = rule();
    await api('POST', '/api/v1/provisioning/alert-rules', {
      title: made, ruleGroup: made, folderUID: folder, orgID: 1, condition, data: queries,
      noDataState: 'NoData', execErrState: 'Error', for: '0s',
    });
    await api('PUT', `/api/v1/provisioning/folder/${folder}/rule-groups/${made}`, {
      title: made, folderUid: folder, interval: 10,
      rules: [{
        title: made, ruleGroup: made, folderUID: folder, orgID: 1, condition, data: queries,
        noDataState: 'NoData', execErrState: 'Error', for: '0s',
      }],
    }).catch(() => undefined); // Early versions keep their own pace.
    for (const end = Date.now() + 3 * PATIENCE; ; ) {
      const { data } = await api('GET', '/api/prometheus/grafana/api/v1/rules');
      const found = data.groups.flatMap(({ rules }) => rules).find(({ name }) => name === made);
      if (found?.alerts?.length > 0) {
        assert.equal(found.health, 'ok', found.lastError);
        // Transfers that no mover took are a series too, whose label is empty: Grafana drops it.
        const labelled = (name) => found.alerts.filter(({ labels }) => labels[name]).length;
        assert.equal(labelled('direction'), found.alerts.length);
        assert.ok(labelled('mover') > 1, `${labelled('mover')} of ${found.alerts.length} alerts name a mover`);
        break;
      }
      assert.ok(Date.now() < end, `the rule was not evaluated: ${JSON.stringify(found)}`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  },

  'has made no error in the page': async () => assert.deepEqual(failures, []),
};

function dashboard() {
  const reference = { type: PLUGIN, uid: datasource.uid };
  return {
    uid: made,
    title: made,
    schemaVersion: 37,
    time: { from: 'now-7d', to: 'now' },
    templating: {
      list: [{
        name: 'mover', label: 'mover', type: 'query', datasource: reference, refresh: 1, multi: true, includeAll: true,
        current: { text: ['All'], value: ['$__all'] }, query: { refId: 'mover', kind: 'movers' },
      }],
    },
    panels: [{
      id: 1, type: 'timeseries', title: 'Bytes', datasource: reference, gridPos: { x: 0, y: 0, w: 24, h: 12 },
      targets: [{ refId: 'A', datasource: reference, filters: { mover: { include: ['$mover'] } } }],
    }],
  };
}

function rule() {
  const expression = { type: '__expr__', uid: '__expr__' };
  const range = { from: 7 * day, to: 0 };
  const evaluator = { type: 'gt', params: [0] };
  const conditions = [{ type: 'query', evaluator, operator: { type: 'and' }, query: { params: ['B'] }, reducer: { type: 'last', params: [] } }];
  return {
    condition: 'C',
    queries: [
      { refId: 'A', queryType: '', relativeTimeRange: range, datasourceUid: datasource.uid, model: { refId: 'A', step: '1d' } },
      {
        refId: 'B', queryType: '', relativeTimeRange: range, datasourceUid: '-100',
        model: { refId: 'B', type: 'reduce', datasource: expression, expression: 'A', reducer: 'sum' },
      },
      {
        refId: 'C', queryType: '', relativeTimeRange: range, datasourceUid: '-100',
        model: { refId: 'C', type: 'threshold', datasource: expression, expression: 'B', conditions },
      },
    ],
  };
}

async function clean() {
  const gone = (path) => api('DELETE', path).catch(() => undefined);
  await gone(`/api/ruler/grafana/api/v1/rules/${made}`);
  await gone(`/api/folders/${folder}?forceDeleteRules=true`);
  await gone(`/api/dashboards/uid/${made}`);
  if (datasource) {
    await gone(`/api/datasources/uid/${datasource.uid}`);
  } else {
    await gone(`/api/datasources/name/${made}`);
  }
}

let number = 0;
try {
  for (const [name, step] of Object.entries(steps)) {
    number += 1;
    try {
      await step();
      console.log(`ok ${number} - ${name}`);
    } catch (fault) {
      console.log(`not ok ${number} - ${name}\n${fault.stack}`);
      process.exitCode = 1;
    }
    if (options.pictures) {
      await page.screenshot({ path: join(options.pictures, `${number}.png`), fullPage: true });
    }
    if (process.exitCode && number <= 2) {
      break;
    }
  }
} finally {
  if (!options.keep) {
    await clean();
  }
  await browser.close();
}

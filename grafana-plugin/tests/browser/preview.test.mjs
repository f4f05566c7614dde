// Uses the compiled plugin in a real browser, on every preview that has been built.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { serve } from '../../preview/server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const previews = join(here, '../../preview');
const folders = readdirSync(previews).filter((name) => name.startsWith('dist'));
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path)
);

// Broken by Grafana's own chart legend, switch and time picker in some versions.
const notOurs = { 'aria-prohibited-attr': { enabled: false }, 'label-content-name-mismatch': { enabled: false } };

it('has a preview and a browser to test with', () => {
  assert.notEqual(folders.length, 0, 'No preview is built: run "npm run preview:build" first.');
  assert.ok(executablePath, 'No Chromium is found: install it, or set CHROMIUM to its path.');
});

for (const folder of folders) {
  describe(`preview/${folder}`, () => {
    let browser, server, address, page, errors, queries;

    before(async () => {
      ({ server, address } = await serve(0, join(previews, folder)));
      browser = await chromium.launch({
        executablePath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking'],
      });
    });
    after(async () => {
      await browser?.close();
      server?.close();
    });

    /** Opens the page and waits for the control that shows it is there. */
    async function open(parameters, label) {
      await page?.close();
      errors = [];
      queries = [];
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('request', (request) => /preview\/query/.test(request.url()) && queries.push(...request.postDataJSON().queries));
      await page.goto(`${address}?${new URLSearchParams(parameters)}`);
      await control(label).waitFor();
    }
    const control = (label) => page.getByLabel(label, { exact: true }).first();

    for (const [tab, theme, label, query] of [
      ['Graph', 'dark', 'Movers only', { filters: { mover: { include: ['retired_1'] }, library: { match: '^CD' } } }],
      ['Graph', 'light', 'Movers only', { source: 'summary', filters: { library: { exclude: ['CD-LTO8G1'] } } }],
      ['Graph', 'dark', 'Only differences', { queryType: 'reconciliation' }],
      ['Graph', 'light', 'History', { queryType: 'replication' }],
      ['Variable', 'dark', 'Classes', {}],
      ['Settings', 'dark', 'Hosts *', {}],
      ['Settings', 'light', 'Hosts *', {}],
    ]) {
      it(`is accessible: ${tab} in ${theme}, ${label}`, async () => {
        await open({ tab, theme, query: JSON.stringify(query) }, label);
        await page.evaluate(axe);
        const { passes, violations } = await page.evaluate((rules) => window.axe.run({ rules }), notOurs);
        const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
        assert.deepEqual(found, []);
        assert.ok(passes.some(({ id }) => id === 'label'));
        assert.deepEqual(errors, []);
      });
    }

    it('keeps showing chosen names that no list offers', async () => {
      await open({ query: '{"filters":{"mover":{"include":["retired_1"]}},"step":"45m"}' }, 'Movers only');
      await page.getByText('retired_1', { exact: true }).waitFor();
      await page.getByText('45 minutes', { exact: true }).waitFor();
    });

    it('draws the variable’s movers at once', async () => {
      await open({}, 'Movers only');
      await page.getByText('LTO8_001 read').waitFor();
      await page.locator('canvas').first().waitFor();
    });

    it('asks for the movers chosen from the list', async () => {
      await open({ query: '{}' }, 'Movers only');
      await control('Movers only').click();
      await page.getByText('LTO8_002', { exact: true }).click();
      await page.getByText('only mover LTO8_002').first().waitFor();
      await page.waitForLoadState('networkidle');
      assert.deepEqual(queries.at(-1).filters, { mover: { include: ['LTO8_002'] } });
    });

    it('sends a variable as the list of its values', async () => {
      const names = ['LTO8_001', 'LTO8_002', 'LTO8_003', 'LTO8_004', 'TFF2L9_001', 'TFF2L9_002', 'diskSF1_01'];
      await open({}, 'Movers only');
      await page.getByText('LTO8_001 read').waitFor();
      assert.deepEqual(queries.at(-1).filters, { mover: { include: names } });
    });

    it('warns before a query that is refused, and shows the refusal', async () => {
      const filters = { library: { include: ['CD-LTO8G1'] } };
      await open({ query: JSON.stringify({ source: 'summary', step: '1d', filters }) }, 'Step');
      await page.getByText('This query will be refused').waitFor();
      await page.getByText('The daily summary knows movers only; remove').waitFor();
    });

    it('is worked with the keyboard alone', async () => {
      await open({ query: '{}' }, 'Movers only');
      await control('Measure').focus();
      await page.keyboard.type('files');
      await page.keyboard.press('Backspace');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('Transf');
      await page.keyboard.press('Enter');
      await page.getByText('Transfers per mover, read and written').first().waitFor();
      await control('Group by').focus();
      await page.keyboard.press('Backspace');
      await page.keyboard.type('Library');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.getByText('Transfers per library, read and written').first().waitFor();
      await control('Filter').focus();
      await page.keyboard.type('Storage');
      await page.keyboard.press('Enter');
      await control('Storage groups only').focus();
      await page.keyboard.press('ArrowDown');
      await page.getByText('nova', { exact: true }).waitFor();
      await page.keyboard.type('nova');
      await page.keyboard.press('Enter');
      await page.getByText('only storage group nova').first().waitFor();
      await page.waitForLoadState('networkidle');
      const { measure, groupBy, filters } = queries.at(-1);
      assert.deepEqual({ measure, groupBy, filters }, { measure: 'transfers', groupBy: ['library'], filters: { storageGroup: { include: ['nova'] } } });
      assert.deepEqual(errors, []);
    });

    it('draws the largest groups, the others together, and the period before', async () => {
      const query = { groupBy: ['storageGroup'], direction: 'sum', top: 2, compare: 'previousPeriod' };
      await open({ query: JSON.stringify(query) }, 'Largest');
      await page.getByText('other previous').waitFor();
      assert.equal(await page.getByText(/ (current|previous)$/).count(), 6);
    });

    it('lists what a variable query finds', async () => {
      await open({ tab: 'Variable' }, 'Matching');
      await control('Matching').fill('^TFF');
      await control('Matching').press('Enter');
      await page.getByText('2 values: TFF2L9_001, TFF2L9_002').waitFor();
    });

    it('tells the health of the data source', async () => {
      await open({ tab: 'Settings' }, 'Hosts *');
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.getByText('The standby answers').waitFor();
    });
  });
}

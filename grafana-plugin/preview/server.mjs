// Serves preview/dist/ (or the folder given as second argument) with a stand-in for the backend, whose answers are made
// up: smooth, repeatable and enough for every state of the page. First argument: port, 0 for any.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** What can be asked, as the backend's tests have recorded it. */
const catalog = JSON.parse(await readFile(join(here, '../../server/src/test/resources/grafana/catalog.json'), 'utf8'));

const movers = [
  ['LTO8_001', 'CD-LTO8G1', 'LTO8', 'TS4500'],
  ['LTO8_002', 'CD-LTO8G1', 'LTO8', 'TS4500'],
  ['LTO8_003', 'CD-LTO8G1', 'LTO8', 'TS4500'],
  ['LTO8_004', 'CD-LTO8G1', 'LTO8', 'TS4500'],
  ['TFF2L9_001', 'TFF2-LTO9', 'LTO9', 'TFinity'],
  ['TFF2L9_002', 'TFF2-LTO9', 'LTO9', 'TFinity'],
  ['diskSF1_01', 'CD-DiskSF1', 'disk', 'none'],
].map(([mover, library, driveType, mediaChanger]) => ({
  mover, library, driveType, mediaChanger, moverClass: mover.startsWith('disk') ? 'disk' : 'tape',
}));
const storageGroups = ['cms', 'lqcd', 'minos', 'nova', 'sdss'];
/** What transfers are told apart by here: a mover and a storage group. */
const places = movers.flatMap((mover) => storageGroups.map((storageGroup) => ({ ...mover, storageGroup })));

const kinds = {
  movers: 'mover',
  'storage-groups': 'storageGroup',
  libraries: 'library',
  'drive-types': 'driveType',
  'media-changers': 'mediaChanger',
};

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const ladder = { '1m': 1, '5m': 5, '15m': 15, '1h': 60, '3h': 180, '6h': 360, '12h': 720, '1d': 1440, '1w': 10080 };
const units = {
  amount: { bytes: ['bytes', 1], MiB: ['mbytes', 2 ** 20], MB: ['decmbytes', 1e6] },
  rate: { bytes: ['binBps', 1], MiB: ['MiBs', 2 ** 20], MB: ['MBs', 1e6] },
};
const FILE = 2e9;
const hosts = ['standby1.example.org', 'standby2.example.org'];

/** An answer in the form Grafana's own server gives. */
function answer({ from, to, queries }) {
  return { results: Object.fromEntries(queries.map((query) => [query.refId, result(query, Number(from), Number(to))])) };
}

function result(query, from, to) {
  switch (query.queryType) {
    case 'reconciliation':
      return reconciliation(query, to);
    case 'replication':
      return (query.view ?? 'status') === 'status' ? replicationStatus(query) : replicationHistory(query, from, to);
    default:
      return series(query, from, to);
  }
}

function series(query, from, to) {
  const {
    measure = 'bytes', groupBy = ['mover'], direction = 'both', filters = {}, unit = 'MiB', source = 'auto', top = 0, compare = 'none',
    runningTotal = false,
  } = query;
  if (source === 'summary' && Object.keys(filters).some((dimension) => !dimension.startsWith('mover'))) {
    return { status: 400, error: 'The daily summary knows movers only; remove the other filters, or choose another source.' };
  }
  const name = !query.step || query.step === 'auto' ? stepFor(to - from, source) : query.step;
  const step = (ladder[name] ?? 1440) * MINUTE;
  const chosen = places.filter((place) => Object.entries(filters).every(([dimension, filter]) => passes(place[dimension], filter)));
  const asked = filters.mover?.include ?? [];
  const unknown = asked.filter((mover) => !movers.some((known) => known.mover === mover));
  const notices = unknown.length > 0 ? [{ severity: 'info', text: `No transfers of ${unknown.join(', ')} in this time.` }] : [];
  const times = [];
  for (let time = Math.ceil(from / step) * step; time < to; time += step) {
    times.push(time);
  }
  const total = (members, words, time) =>
    members.flatMap((place) => words.map((word) => traffic(place, word, time, step))).reduce((sum, bytes) => sum + bytes, 0);
  const groups = new Map();
  for (const place of chosen) {
    const key = groupBy.map((dimension) => place[dimension]).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), place]);
  }
  const ranked = [...groups].sort(([, a], [, b]) => total(b, ['read', 'write'], times[0]) - total(a, ['read', 'write'], times[0]));
  const kept = top > 0 && ranked.length > top ? ranked.slice(0, top) : [...groups];
  const others = top > 0 && ranked.length > top ? ranked.slice(top).flatMap(([, members]) => members) : [];
  const labelled = [
    ...kept.map(([, members]) => [Object.fromEntries(groupBy.map((dimension) => [dimension, members[0][dimension]])), members]),
    ...(others.length > 0 ? [[Object.fromEntries(groupBy.map((dimension) => [dimension, 'other'])), others]] : []),
  ];
  const dataset = catalog.datasets.find(({ measures }) => measures.some(({ id }) => id === measure));
  const directions = { both: [['read'], ['write']], read: [['read']], write: [['write']], sum: [['read', 'write']] }[
    dataset.hasDirection ? direction : 'sum'
  ];
  const periods = compare === 'previousPeriod' ? ['current', 'previous'] : [undefined];
  const shape = { bytes: 'amount', bytesPerSecond: 'rate' }[dataset.measures.find(({ id }) => id === measure).unit] ?? 'count';
  const [unitId, divisor] = shape === 'count' ? ['short', 1] : units[shape][unit];
  const columns = labelled.flatMap(([labels, members]) =>
    directions.flatMap((words) =>
      periods.map((period) => {
        const all = { ...labels, ...(words.length === 1 && { direction: words[0] }), ...(period && { period }) };
        let sum = 0;
        const values = times.map((time) => {
          const bytes = total(members, words, period === 'previous' ? time - times.length * step : time);
          const value = valueOf(measure, bytes, step, time) / divisor;
          sum = runningTotal ? sum + value : value;
          return shape === 'count' ? Math.round(sum) : Math.round(1000 * sum) / 1000;
        });
        const config = { unit: unitId, displayNameFromDS: legend(query.legend, { ...all, measure, unit }, all) };
        return { schema: { name: measure, type: 'number', typeInfo: { frame: 'float64', nullable: true }, labels: all, config }, values };
      })
    )
  );
  const meta = { type: 'timeseries-wide', typeVersion: [0, 1], notices, executedQueryString: `step ${name}, source ${source}` };
  if (chosen.length === 0) {
    const none = { severity: 'info', text: 'No transfer fits the choice; widen the time range or remove a filter.' };
    return { status: 200, frames: [{ schema: { refId: query.refId, meta: { ...meta, notices: [...notices, none] }, fields: [] }, data: { values: [] } }] };
  }
  const time = { name: 'time', type: 'time', typeInfo: { frame: 'time.Time' }, config: { interval: step } };
  return frame(query, meta, [{ schema: time, values: times }, ...columns]);
}

function frame({ refId }, meta, columns) {
  const schema = { refId, meta, fields: columns.map((column) => column.schema) };
  return { status: 200, frames: [{ schema, data: { values: columns.map(({ values }) => values) } }] };
}

const column = (name, type, values, config = {}, labels) => ({ schema: { name, type, config, ...(labels && { labels }) }, values });

/** The day before yesterday, on which one mover had late transfers. */
function reconciliation(query, to) {
  const { onlyDifferences = true, filters = {} } = query;
  const day = Math.floor(to / DAY) * DAY - 2 * DAY;
  const rows = movers.filter(({ mover }, index) => (!onlyDifferences || index === 1) && passes(mover, filters.mover ?? {}));
  const bytes = { unit: 'bytes' };
  const raw = rows.map((mover) => Math.round(traffic({ ...mover, storageGroup: 'cms' }, 'read', day, DAY)));
  const late = rows.map((_, index) => (rows[index].mover === movers[1].mover ? -3 * FILE : 0));
  return frame(query, { type: 'table' }, [
    column('day', 'time', rows.map(() => day)),
    column('mover', 'string', rows.map(({ mover }) => mover)),
    column('summaryRead', 'number', raw.map((value, index) => value + late[index]), bytes),
    column('rawRead', 'number', raw, bytes),
    column('readDifference', 'number', late, bytes),
    column('remark', 'string', late.map((value) => (value === 0 ? '' : 'Transfers arrived after the summary was made.'))),
  ]);
}

function replicationStatus(query) {
  return frame(query, { type: 'table' }, [
    column('host', 'string', hosts),
    column('state', 'string', ['streaming', 'streaming']),
    column('lagSeconds', 'number', [0, 12], { unit: 's' }),
    column('lagBytes', 'number', [0, 16 * 2 ** 20], { unit: 'bytes' }),
  ]);
}

function replicationHistory(query, from, to) {
  const times = Array.from({ length: 100 }, (_, index) => from + ((to - from) * index) / 100);
  const lag = (host) => times.map((time) => Math.max(0, Math.round(30 * host * Math.sin(time / 7e5))));
  return frame(query, { type: 'timeseries-wide', typeVersion: [0, 1] }, [
    column('time', 'time', times),
    ...hosts.map((host, index) => column('lagSeconds', 'number', lag(index + 1), { unit: 's', displayNameFromDS: host }, { host })),
  ]);
}

function passes(value, { include = [], exclude = [], match = '', noMatch = '' }) {
  return (
    (include.length === 0 || include.includes(value)) &&
    !exclude.includes(value) &&
    new RegExp(match).test(value) &&
    (noMatch === '' || !new RegExp(noMatch).test(value))
  );
}

function stepFor(length, source) {
  const fits = Object.keys(ladder).find((name) => length / (ladder[name] * MINUTE) <= 200) ?? '1w';
  return source === 'summary' && ladder[fits] < 1440 ? '1d' : fits;
}

function seedOf(text) {
  return [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 17;
}

/** Bytes of one place in a step: busier by day than by night, each in its own phase. */
function traffic({ mover, storageGroup }, direction, time, step) {
  const seed = seedOf(mover);
  const wave = 1 + Math.sin(time / (3.1 * DAY) + seed) * 0.7 + Math.cos(time / (7 * DAY) - seed) * 0.3;
  const share = (1 + seedOf(storageGroup)) / 40;
  return Math.max(0, wave) * (direction === 'read' ? 3e13 : 1.8e13) * (seed / 17) * share * (step / DAY);
}

function valueOf(measure, bytes, step, time) {
  const files = bytes / FILE;
  switch (measure) {
    case 'bytes':
      return bytes;
    case 'errors':
      return files / 50;
    case 'transfers':
      return files;
    case 'meanFileSize':
      return FILE * (1 + 0.2 * Math.sin(time / DAY));
    case 'throughput':
      return bytes / (step / 1000);
    default:
      return 2.5e8 * (1 + 0.2 * Math.sin(time / (2 * DAY))) * ({ driveRateP95: 1.3, driveRateMax: 1.5, overallRate: 0.4 }[measure] ?? 1);
  }
}

function legend(template, words, labels) {
  return template
    ? template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, word) => words[word] ?? '')
    : Object.values(labels).join(' ') || 'Total';
}

function variable({ kind = 'movers', match = '', filters = {} }) {
  const fitting = places.filter((place) => Object.entries(filters).every(([dimension, filter]) => passes(place[dimension], filter)));
  const names = [...new Set(fitting.map((place) => place[kinds[kind]]))].sort();
  return names.filter((name) => new RegExp(match).test(name)).map((name) => ({ text: name, value: name }));
}

async function respond(request, folder) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname.startsWith('/preview/')) {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    const path = pathname.slice('/preview/'.length);
    const list = path.startsWith('resources/') ? path.slice('resources/'.length) : '';
    const found =
      path === 'query' ? answer(body)
      : path === 'health' ? { status: 'OK', message: 'The standby answers; the newest transfer is 3 s old.' }
      : list === 'catalog' ? catalog
      : list === 'variable' ? variable(body)
      : list in kinds ? variable({ kind: list })
      : undefined;
    const failed = found?.results && Object.values(found.results).some(({ error }) => error);
    return found
      ? { status: failed ? 400 : 200, type: types['.json'], body: JSON.stringify(found) }
      : { status: 404, type: types['.json'], body: JSON.stringify({ error: `There is no ${path}.` }) };
  }
  const file = normalize(pathname === '/' ? '/index.html' : pathname);
  return { status: 200, type: types[extname(file)] ?? 'application/octet-stream', body: await readFile(join(folder, file)) };
}

/** Starts the server on the loopback address and returns it and its address. */
export async function serve(port = 0, folder = join(here, 'dist')) {
  const server = createServer(async (request, response) => {
    try {
      const { status, type, body } = await respond(request, folder);
      response.writeHead(status, { 'Content-Type': type }).end(body);
    } catch (fault) {
      response.writeHead(fault.code === 'ENOENT' ? 404 : 500).end(String(fault.message));
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { address } = await serve(Number(process.argv[2] ?? 3001), process.argv[3]);
  console.log(`Preview at ${address}`);
}

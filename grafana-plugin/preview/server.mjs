// Serves preview/dist/ (or the folder given as second argument) with a stand-in for the backend, whose answers are made
// up: smooth, repeatable and enough for every state of the page. First argument: port, 0 for any.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

const names = {
  movers: ['LTO8_001', 'LTO8_002', 'LTO8_003', 'LTO8_004', 'TFF2L9_001', 'TFF2L9_002', 'diskSF1_01'],
  'storage-groups': ['cms', 'lqcd', 'minos', 'nova', 'sdss'],
  libraries: ['CD-LTO8G1', 'CD-DiskSF1', 'TFF2-LTO9'],
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
  bytes: { bytes: ['bytes', 1], MiB: ['mbytes', 2 ** 20], MB: ['decmbytes', 1e6] },
  throughput: { bytes: ['binBps', 1], MiB: ['MiBs', 2 ** 20], MB: ['MBs', 1e6] },
};

/** An answer in the form Grafana's own server gives. */
function answer({ from, to, queries }) {
  return { results: Object.fromEntries(queries.map((query) => [query.refId, result(query, Number(from), Number(to))])) };
}

function result(query, from, to) {
  const { measure = 'bytes', groupBy = ['mover'], direction = 'both', filters = {}, unit = 'MiB', source = 'auto' } = query;
  const name = !query.step || query.step === 'auto' ? stepFor(to - from, source) : query.step;
  const step = (ladder[name] ?? 1440) * MINUTE;
  if (source === 'summary' && step < DAY) {
    return { status: 400, error: 'The daily summary holds whole days; choose a step of a day or more, or another source.' };
  }
  const { include = [], match = '' } = filters.mover ?? {};
  const movers = names.movers.filter((mover) => (include.length === 0 || include.includes(mover)) && new RegExp(match).test(mover));
  const notices = movers.length < include.length ? [{ severity: 'warning', text: 'Some of the movers asked for are not known.' }] : [];
  const times = [];
  for (let time = Math.ceil(from / step) * step; time < to; time += step) {
    times.push(time);
  }
  const [unitId, divisor] = units[measure][unit];
  const series = (labels, members, directions) => ({
    schema: {
      name: measure,
      type: 'number',
      typeInfo: { frame: 'float64', nullable: true },
      labels,
      config: { unit: unitId, displayNameFromDS: legend(query.legend, { ...labels, measure, unit }) },
    },
    values: times.map((time) => {
      const bytes = members.flatMap((mover) => directions.map((each) => traffic(mover, each, time, step))).reduce((a, b) => a + b, 0);
      return Math.round((1000 * bytes) / divisor / (measure === 'throughput' ? step / 1000 : 1)) / 1000;
    }),
  });
  const directions = { both: [['read'], ['write']], read: [['read']], write: [['write']], sum: [['read', 'write']] }[direction];
  const groups = groupBy.length === 0 ? [[{}, movers]] : movers.map((mover) => [{ mover }, [mover]]);
  const columns = groups.flatMap(([labels, members]) =>
    directions.map((each) => series({ ...labels, ...(each.length === 1 && { direction: each[0] }) }, members, each))
  );
  const meta = { type: 'timeseries-wide', typeVersion: [0, 1], notices, executedQueryString: `step ${name}, source ${source}` };
  if (movers.length === 0) {
    const none = { severity: 'info', text: 'No mover fits the choice; widen the time range or remove a filter.' };
    return { status: 200, frames: [{ schema: { refId: query.refId, meta: { ...meta, notices: [...notices, none] }, fields: [] }, data: { values: [] } }] };
  }
  const time = { name: 'time', type: 'time', typeInfo: { frame: 'time.Time' }, config: { interval: step } };
  const fields = [time, ...columns.map(({ schema }) => schema)];
  return { status: 200, frames: [{ schema: { refId: query.refId, meta, fields }, data: { values: [times, ...columns.map(({ values }) => values)] } }] };
}

function stepFor(length, source) {
  const fits = Object.keys(ladder).find((name) => length / (ladder[name] * MINUTE) <= 200) ?? '1w';
  return source === 'summary' && ladder[fits] < 1440 ? '1d' : fits;
}

/** Bytes of one mover in a step: busier by day than by night, each mover in its own phase. */
function traffic(mover, direction, time, step) {
  const seed = [...mover].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 17;
  const wave = 1 + Math.sin(time / (3.1 * DAY) + seed) * 0.7 + Math.cos(time / (7 * DAY) - seed) * 0.3;
  return Math.max(0, wave) * (direction === 'read' ? 3e13 : 1.8e13) * (seed / 17) * (step / DAY);
}

function legend(template, words) {
  const { mover, direction } = words;
  return template ? template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, word) => words[word] ?? '') : [mover, direction].filter(Boolean).join(' ') || 'total';
}

function variable({ kind = 'movers', match = '' }) {
  return names[kind].filter((name) => new RegExp(match).test(name)).map((name) => ({ text: name, value: name }));
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
      : list === 'variable' ? variable(body)
      : list in names ? variable({ kind: list })
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

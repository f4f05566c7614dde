// Checks the types of the sources against the Grafana versions given as arguments.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { installed } from './grafana.mjs';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = join(here, 'node_modules/typescript/bin/tsc');

let failed = false;
for (const version of process.argv.slice(2)) {
  const folder = installed(version);
  // A copy, so that imports are looked up beside it.
  rmSync(join(folder, 'src'), { recursive: true, force: true });
  cpSync(join(here, 'src'), join(folder, 'src'), { recursive: true });
  const config = { extends: join(here, 'tsconfig.json'), compilerOptions: { types: [] }, include: ['src'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { status } = spawnSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
  console.log(`Grafana ${version}: ${status === 0 ? 'types fit' : 'types do not fit'}`);
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;

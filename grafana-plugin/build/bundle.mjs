// Builds dist/: module.js for Grafana's loader and the files beside it. What else lies in dist/ is left alone, since
// the Java backend is packed there too.
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { manifest } from './manifest.mjs';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = join(here, '..');
const dist = join(here, 'dist');

// Provided by every Grafana from 9.3 on. Later ones provide more, such as react/jsx-runtime, which must not be used.
const provided = ['@grafana/data', '@grafana/runtime', '@grafana/ui', 'react', 'rxjs'];

mkdirSync(dist, { recursive: true });
await build({
  entryPoints: [join(here, 'src/module.ts')],
  outfile: join(dist, 'module.js'),
  bundle: true,
  minify: true,
  sourcemap: true,
  sourcesContent: true,
  target: 'es2020',
  jsx: 'transform',
  external: provided,
  // Grafana loads AMD modules, which esbuild does not write: a CommonJS one is wrapped instead.
  format: 'cjs',
  banner: {
    js:
      `define(${JSON.stringify(provided)},(...given)=>{` +
      `const require=name=>given[${JSON.stringify(provided)}.indexOf(name)],module={exports:{}};`,
  },
  footer: { js: 'return module.exports});' },
});

writeFileSync(join(dist, 'plugin.json'), manifest());

for (const name of ['img', 'dashboards', 'README.md']) {
  cpSync(join(here, 'src', name), join(dist, name), { recursive: true });
}
for (const name of ['LICENSE', 'CHANGELOG.md']) {
  if (existsSync(join(root, name))) {
    cpSync(join(root, name), join(dist, name));
  } else {
    console.warn(`${name} is missing beside the root pom.xml; dist/ goes without it.`);
  }
}

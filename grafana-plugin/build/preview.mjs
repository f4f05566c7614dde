// Builds preview/dist/: a page that shows the compiled plugin outside Grafana, with Grafana's own components. An
// argument such as 9.3.16 takes those of another Grafana version and builds into preview/dist-9.3.16/.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

import { installed } from './grafana.mjs';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const [version] = process.argv.slice(2);
const outDir = join(here, 'preview', version ? `dist-${version}` : 'dist');

let root = join(here, 'preview');
let modules = join(here, 'node_modules');
if (version) {
  // A copy, so that imports are looked up beside it.
  const folder = installed(version);
  root = join(folder, 'preview');
  modules = join(folder, 'node_modules');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  for (const name of ['index.html', 'main.tsx', 'Graph.tsx', 'host.ts', 'react17.ts']) {
    cpSync(join(here, 'preview', name), join(root, name));
  }
}

// Grafana's code editor is half of its components' weight, and no part of this plugin.
const withoutMonaco = {
  name: 'without-monaco',
  enforce: 'pre',
  resolveId: (name) => (/monaco-editor/.test(name) ? '\0no-monaco' : undefined),
  load: (id) => (id === '\0no-monaco' ? { code: 'export default {}', syntheticNamedExports: true } : undefined),
};

await build({
  configFile: false,
  root,
  base: './',
  logLevel: 'error',
  define: { 'process.env': '{}', global: 'globalThis' },
  esbuild: { jsx: 'transform' },
  resolve: {
    alias: existsSync(join(modules, 'react-dom/client.js')) ? {} : { 'react-dom/client': join(root, 'react17.ts') },
  },
  plugins: [withoutMonaco],
  build: { outDir, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: Infinity, reportCompressedSize: false },
});

const plugin = join(outDir, 'plugin');
for (const name of ['module.js', 'plugin.json', 'img']) {
  cpSync(join(here, 'dist', name), join(plugin, name), { recursive: true });
}
// Grafana's components ask for their icons here; those of 9.3 carry them along.
const icons = join(modules, '@grafana/ui/dist/public/img/icons');
if (existsSync(icons)) {
  cpSync(icons, join(outDir, 'public/build/img/icons'), { recursive: true });
}

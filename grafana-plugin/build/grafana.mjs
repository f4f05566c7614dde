// The front-end packages of other Grafana versions, each installed into a folder of its own on first use.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = join(dirname(fileURLToPath(import.meta.url)), '../node_modules/.cache');

// The React that each of them is made for, and the packages it forgets to ask for.
const companions = {
  '9.3.16': { react: '17.0.2', 'react-dom': '17.0.2', '@types/react': '17.0.93' },
  '10.4.19': { react: '18.2.0', 'react-dom': '18.2.0', '@types/react': '18.2.79' },
  '11.6.16': { react: '18.2.0', 'react-dom': '18.2.0', '@types/react': '18.3.31' },
  '12.4.10': { react: '18.3.1', 'react-dom': '18.3.1', '@types/react': '18.3.31', '@openfeature/web-sdk': '1.10.0' },
  '13.2.2': { react: '19.2.9', 'react-dom': '19.2.9', '@types/react': '19.2.18', '@openfeature/web-sdk': '1.10.0' },
};

export const knownVersions = Object.keys(companions);

/** The folder whose node_modules holds that version. */
export function installed(version) {
  if (!(version in companions)) {
    throw new Error(`Grafana ${version} is not among ${knownVersions.join(', ')}.`);
  }
  const folder = join(cache, `grafana-${version}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}-unfinished`;
    mkdirSync(unfinished, { recursive: true });
    const dependencies = {
      '@grafana/data': version,
      '@grafana/runtime': version,
      '@grafana/ui': version,
      ...companions[version],
    };
    writeFileSync(join(unfinished, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const options = ['--legacy-peer-deps', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['install', ...options], { cwd: unfinished, stdio: 'inherit' });
    renameSync(unfinished, folder);
  }
  return folder;
}

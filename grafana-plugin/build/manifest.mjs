// plugin.json as it is packed.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The text: version and date are the root pom's, so that there is one of each and equal sources give equal bytes. */
export function manifest() {
  const pom = readFileSync(join(here, '../pom.xml'), 'utf8');
  const version = /<artifactId>enstore-accounting<\/artifactId>\s*<version>([^<]+)</.exec(pom)[1];
  const today = /<project\.build\.outputTimestamp>(\d{4}-\d\d-\d\d)/.exec(pom)[1];
  const text = readFileSync(join(here, 'src/plugin.json'), 'utf8');
  return text.replaceAll('%VERSION%', version).replaceAll('%TODAY%', today);
}

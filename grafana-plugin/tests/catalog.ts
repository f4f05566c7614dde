import { readFileSync } from 'node:fs';

import { Catalog, Dataset } from '../src/catalog';

/** What the backend answers, as its own tests have recorded it. */
export const catalog: Catalog = JSON.parse(readFileSync('../server/src/test/resources/grafana/catalog.json', 'utf8'));

/** Another dataset: with classes but neither directions, a summary, nor anything in bytes that adds up. */
const mishaps: Dataset = {
  id: 'mishaps',
  name: 'Mishaps',
  subject: 'kind',
  dimensions: ['kind', 'mover', 'tape'],
  defaultGroupBy: ['kind'],
  hasDirection: false,
  hasExcluded: false,
  sources: ['auto', 'raw'],
  rollups: [],
  measures: [
    { id: 'mishaps', name: 'Mishaps', help: 'What went wrong', unit: 'none', additive: true, zeroWhenEmpty: true, available: true },
    { id: 'delay', name: 'Delay', help: 'How long it took', unit: 'seconds', additive: false, zeroWhenEmpty: false, available: true },
  ],
  available: true,
  problem: '',
};

/** The same with another dataset of other dimensions. */
export const wider: Catalog = {
  datasets: [catalog.datasets[0], mishaps],
  dimensions: [
    ...catalog.dimensions.filter(({ id }) => catalog.datasets[0].dimensions.includes(id)),
    { id: 'kind', name: 'kind', plural: 'kinds', list: 'kinds', values: ['robot', 'drive'] },
    { id: 'tape', name: 'tape', plural: 'tapes', list: 'tapes', values: [] },
  ],
};

/** The same where the database lacks the right to read the other dataset. */
export const lacking: Catalog = {
  ...wider,
  datasets: [
    catalog.datasets[0],
    {
      ...mishaps,
      measures: mishaps.measures.map((measure) => ({ ...measure, available: false })),
      available: false,
      problem: 'The role may not read mishap: GRANT SELECT ON mishap TO enstore_reader;',
    },
  ],
};

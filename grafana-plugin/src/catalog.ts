import { Source } from './types';

/** What can be asked, as the backend's resource `catalog` tells it. */
export interface Catalog {
  /** The first is that of a query that names no measure, and of its measures the first is meant then. */
  datasets: Dataset[];
  dimensions: Dimension[];
}

/** One kind of fact, with what may be asked of it. */
export interface Dataset {
  id: string;
  /** What its facts are called in a heading. */
  name: string;
  /** The dimension that names who the facts are of. */
  subject: string;
  dimensions: string[];
  defaultGroupBy: string[];
  hasDirection: boolean;
  /** Whether something, such as null movers, counts only when it is asked for. */
  hasExcluded: boolean;
  sources: Source[];
  /** What sources that hold a part of the facts can answer. */
  rollups: Rollup[];
  measures: Measure[];
  available: boolean;
  /** What the database lacks and what to do about it; empty when it lacks nothing. */
  problem: string;
}

export interface Rollup {
  source: Source;
  measures: string[];
  dimensions: string[];
}

export interface Measure {
  id: string;
  name: string;
  /** One sentence on what it means. */
  help: string;
  /** "bytes" and "bytesPerSecond" are shown in the unit that the query chooses; "none" is a plain number. */
  unit: string;
  /** Whether the values of many steps may be added up. */
  additive: boolean;
  /** Whether a step without a fact is known to be zero. */
  zeroWhenEmpty: boolean;
  available: boolean;
}

export interface Dimension {
  id: string;
  /** What one of its values is called in a sentence, and several. */
  name: string;
  plural: string;
  /** The word by which the backend lists its values. */
  list: string;
  /** All values there are; empty for any text. */
  values: string[];
}

/** As long as the backend has not been heard, nothing is known. */
export const UNKNOWN: Catalog = { datasets: [], dimensions: [] };

/** A measure with the dataset it belongs to. */
export interface Found {
  dataset: Dataset;
  measure: Measure;
}

/** The measure of that name, or the one that a query without a measure means. */
export function measureOf({ datasets }: Catalog, id: string | undefined): Found | undefined {
  for (const dataset of datasets) {
    const measure = id === undefined ? dataset.measures[0] : dataset.measures.find((each) => each.id === id);
    if (measure) {
      return { dataset, measure };
    }
  }
  return undefined;
}

/** The dataset that events and reconciliations are of. */
export function firstDataset({ datasets }: Catalog): Dataset | undefined {
  return datasets[0];
}

/** A dimension that is not known is called by its id: it is shown even in queries that will be refused. */
export function dimensionOf({ dimensions }: Catalog, id: string): Dimension {
  return dimensions.find((each) => each.id === id) ?? { id, name: id, plural: id, list: id, values: [] };
}

/** The dimension that a variable lists by that word. */
export function listed({ dimensions }: Catalog, kind: string): Dimension | undefined {
  return dimensions.find(({ list }) => list === kind);
}

/** The datasets that have what a variable lists by that word; of those with facts of one name, the first. */
export function having(catalog: Catalog, kind: string): Dataset[] {
  const dimension = listed(catalog, kind);
  const all = catalog.datasets.filter(({ dimensions }) => dimension && dimensions.includes(dimension.id));
  return all.filter(({ name }, index) => all.findIndex((each) => each.name === name) === index);
}

/** For how long a catalog is taken for true, in milliseconds: a right may be granted while an editor is open. */
const KEPT = 60_000;

/** The catalog of one data source, asked for once and then now and again, when it is needed. */
export class CatalogStore {
  /** The last one heard. */
  current: Catalog = UNKNOWN;
  private asked: Promise<Catalog> | undefined;
  private askedAt = 0;

  constructor(private readonly ask: () => Promise<Catalog>) {}

  /** The catalog; rejected with what the request was, and asked for again the next time. */
  load(): Promise<Catalog> {
    if (this.asked === undefined || Date.now() - this.askedAt > KEPT) {
      this.askedAt = Date.now();
      this.asked = this.ask().then(
        (catalog) => (this.current = catalog),
        (fault) => {
          this.asked = undefined;
          throw fault;
        }
      );
    }
    return this.asked;
  }
}

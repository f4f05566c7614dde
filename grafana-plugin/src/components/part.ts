import { Catalog } from '../catalog';
import { Lookup } from '../lookup';
import { EnstoreQuery } from '../types';
import { LabelName } from './Labelled';

/** How wide the labels are of controls that begin a row. */
export const FIRST_LABEL_WIDTH = 18;

/** What the editors of all kinds of queries share: the query, its changes, and how controls are labelled. */
export interface Part {
  query: EnstoreQuery;
  datasource: Lookup;
  catalog: Catalog;
  change: (part: Partial<EnstoreQuery>) => void;
  prefix: string;
  onFault: (fault: string | undefined) => void;
}

/** Where a control stands; the labels of those that begin a row are equally wide. */
export const placesOf = (prefix: string) => ({
  first: (name: LabelName) => ({ prefix, name, labelWidth: FIRST_LABEL_WIDTH }),
  then: (name: LabelName) => ({ prefix, name }),
});

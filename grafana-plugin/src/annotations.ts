import { AnnotationSupport } from '@grafana/data';

import { AnnotationEditor } from './components/AnnotationEditor';
import { asEvents } from './fit';
import { EnstoreQuery } from './types';

/** Lets dashboards mark events that the backend finds; Grafana reads time, timeEnd, title, text and tags out of its frame. */
export const annotations: AnnotationSupport<EnstoreQuery> = {
  QueryEditor: AnnotationEditor,
  prepareQuery: ({ target }) => asEvents(target),
};

import { useEffect, useState } from 'react';

import { Catalog } from '../catalog';
import { sentenceOf } from '../fault';
import { Lookup } from '../lookup';

/** The catalog of a data source as far as it is known by now, and why it could not be had. */
export function useCatalog({ catalog: store }: Lookup): { catalog: Catalog; unlisted?: Unlisted } {
  const [catalog, setCatalog] = useState(store.current);
  const [fault, setFault] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let shown = true;
    store.load().then(
      (loaded) => {
        if (shown) {
          setCatalog(loaded);
          setFault(undefined);
        }
      },
      (reason) => shown && setFault(sentenceOf(reason))
    );
    return () => {
      shown = false;
    };
  }, [store, attempt]);
  return { catalog, unlisted: fault === undefined ? undefined : { fault, again: () => setAttempt(attempt + 1) } };
}

/** Why what can be asked could not be listed, and how to ask for it again. */
export interface Unlisted {
  fault: string;
  again: () => void;
}

import { ReactElement } from 'react';
import * as ReactDOM from 'react-dom';

/** Stands in for react-dom/client, which React 17 has not. */
export function createRoot(element: Element) {
  const { render } = ReactDOM as unknown as { render: (node: ReactElement, element: Element) => void };
  return { render: (node: ReactElement) => render(node, element) };
}

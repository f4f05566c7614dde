import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(cleanup);

// What Grafana's components expect of a browser and jsdom has not.
window.matchMedia ??= () => ({ matches: false, addEventListener() {}, removeEventListener() {} }) as any;
class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
window.ResizeObserver ??= NoObserver as any;
window.IntersectionObserver ??= NoObserver as any;
HTMLCanvasElement.prototype.getContext = (() => ({ measureText: (text: string) => ({ width: 8 * text.length }) })) as any;

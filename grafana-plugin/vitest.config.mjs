import { defineConfig } from 'vitest/config';

export default defineConfig({
  esbuild: { jsx: 'transform' },
  test: {
    include: ['tests/*.test.{ts,tsx,mjs}'],
    restoreMocks: true,
    // Grafana's components are heavy for jsdom on a busy machine.
    testTimeout: 60_000,
    // Grafana's packages name files of their dependencies in ways only a bundler resolves.
    server: { deps: { inline: [/@grafana\//] } },
  },
});

import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { inLanes } from './scripts/lanes.mjs';

const withServers = (name: string, order: number) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.spec.ts`],
    globalSetup: ['test/support/global-setup.ts'],
    // Each file starts servers and instances of its own; side by side they would starve each other.
    fileParallelism: false,
    sequence: { groupOrder: order },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

const client = withServers('client', 6);
const page = withServers('console', 7);

export default defineConfig({
  test: {
    pool: 'forks',
    retry: 0,
    setupFiles: ['reflect-metadata'],
    projects: inLanes<TestProjectInlineConfiguration>([
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,console/src,bench}/**/*.spec.ts', 'lint/**/*.spec.js', 'test/support/**/*.spec.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'contract', include: ['test/contract/**/*.spec.ts'], sequence: { groupOrder: 0 } },
      },
      withServers('redis', 1),
      withServers('cluster', 2),
      withServers('topology', 3),
      withServers('e2e', 4),
      withServers('chaos', 5),
      {
        ...client,
        test: {
          ...client.test,
          include: ['client/**/*.spec.ts'],
          globalSetup: ['client/test/global-setup.ts'],
        },
      },
      { ...page, test: { ...page.test, include: ['console/test/**/*.spec.ts'] } },
      {
        extends: true,
        test: {
          name: 'simulator',
          include: ['simulator/src/**/*.spec.ts', 'simulator/test/**/*.spec.ts'],
          globalSetup: ['simulator/test/global-setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 6 },
          testTimeout: 60_000,
        },
      },
    ]),
  },
});

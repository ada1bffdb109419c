import { defineConfig } from 'vitest/config'

const conditions = ['reverie-source']
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
}
const roots = ['packages/*/test', 'apps/*/test', 'scripts']

/** Tiers by file name: unit tests do no I/O, integration tests use real sockets, databases and graphs, e2e tests real processes. */
export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: roots.map((root) => `${root}/**/*.test.ts`),
          exclude: ['**/node_modules/**', '**/*.integration.test.ts', '**/*.e2e.test.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: roots.map((root) => `${root}/**/*.integration.test.ts`),
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: roots.map((root) => `${root}/**/*.e2e.test.ts`),
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})

import { defineConfig } from 'vitest/config';

/** `npm run screenshots`: the pictures of docs/images, made anew from a gateway at work. */
export default defineConfig({
  test: {
    name: 'console',
    include: ['console/screenshots/*.spec.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['reflect-metadata'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

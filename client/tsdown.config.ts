import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: 'src/index.ts',
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: '../tsconfig.json',
  dts: true,
  // Reached by type alone; nothing of them gets into the package.
  deps: { neverBundle: [/^node:/, /^class-validator/] },
  checks: { pluginTimings: false },
});

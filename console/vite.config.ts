import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** `npm run dev -w console` serves the page alone; what it asks for comes from a gateway on its default port. */
const GATEWAY = 'http://localhost:8080';

export default defineConfig({
  base: '/console/',
  plugins: [preact({ devToolsEnabled: false })],
  build: {
    outDir: '../dist/console/page',
    emptyOutDir: true,
    target: 'es2022',
    // The gateway's Content-Security-Policy allows files of its own and nothing inline.
    modulePreload: false,
    assetsInlineLimit: 0,
    // One file each: the page is small, and a gateway that is replaced under it must not leave half of it behind.
    cssCodeSplit: false,
  },
  server: {
    proxy: {
      '/console/api': { target: GATEWAY },
      '/v1': { target: GATEWAY, ws: true },
    },
  },
});

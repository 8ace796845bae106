import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The server that `npm run dev -w web` style development talks to; the built page is served by that server itself. */
const server = process.env.BANYAN_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: {
    fs: { allow: ['..'] },
    proxy: {
      '/api': server,
      '/fhir': server,
      '/epcis': server,
      '/ledger': server,
      '/health': server,
      '/.well-known': server,
    },
  },
  worker: { format: 'es' },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // An inlined asset would be a data: URL, which the content security policy of the server refuses for fonts and workers.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2_000, // the map's engines, loaded by the live screen alone
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'map',
              test: /node_modules\/(maplibre-gl|@maplibre|@deck\.gl|@luma\.gl|@math\.gl|@loaders\.gl|@probe\.gl)\//,
            },
            { name: 'charts', test: /node_modules\/(echarts|zrender)\// },
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler|@tanstack|i18next|react-i18next)\// },
          ],
        },
      },
    },
  },
});

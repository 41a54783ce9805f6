import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { OPERATIONS, placesOf } from '../src/protocol/operations.ts';

const PLACES = 'virtual:places';

/** Where the operations of the API are: of their schemas the browser needs nothing. */
const places: Plugin = {
  name: 'places',
  resolveId: (id) => (id === PLACES ? `\0${PLACES}` : undefined),
  load: (id) =>
    id === `\0${PLACES}` ? `export default ${JSON.stringify(placesOf(OPERATIONS))};` : undefined,
};

export default defineConfig({
  plugins: [react(), places],
  build: { outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 900 },
});

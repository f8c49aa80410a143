import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  server: { port: 7421, proxy: { '/api': 'http://localhost:7420' } },
  build: {
    target: 'es2023',
    // The content security policy forbids inline scripts and data: scripts; every asset stays a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // src/api/schema-settings.ts counts on the order of imports, which chunks would otherwise change.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
})

import react from '@vitejs/plugin-react'
import { defineConfig, type ProxyOptions } from 'vite'

const pagePort = 5173
const page = `http://localhost:${pagePort}`
const dashboard = `http://localhost:${process.env['SIGNET_DASHBOARD_PORT'] ?? 7420}`

/**
 * In development the page comes from this server and the API from the dashboard's port, which takes changes from its own
 * origin alone (SEC-20). Requests of this page, and of no other, are passed on under that origin; the server knows nothing
 * of it. Only `pnpm dev` runs this server.
 */
const api: ProxyOptions = {
  target: dashboard,
  changeOrigin: true,
  configure: (proxy) => {
    proxy.on('proxyReq', (outgoing, incoming) => {
      if (incoming.headers.origin === page) outgoing.setHeader('origin', dashboard)
    })
  },
}

export default defineConfig({
  plugins: [react()],
  // A fixed port: the sign-in link and the proxy both name it.
  server: { host: 'localhost', port: pagePort, strictPort: true, proxy: { '/api': api } },
  build: {
    target: 'es2023',
    // All of it in one file takes half of what it takes in pieces, which repeat each other.
    cssCodeSplit: false,
    // The content security policy forbids inline scripts and data: scripts; every asset stays a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // src/api/schema-settings.ts counts on the order of imports, which chunks would otherwise change.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
})

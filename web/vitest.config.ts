import { existsSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { chromium } from 'playwright'
import { defineProject } from 'vitest/config'

/** No channel of Playwright finds Debian's Chromium, so its path is given. */
const executablePath = [
  process.env['SIGNET_E2E_CHROMIUM'],
  chromium.executablePath(),
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path))

const args = [
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export default defineProject({
  plugins: [react()],
  // Found late, they would make Vite reload the page in the middle of a run.
  optimizeDeps: {
    include: [
      '@base-ui/react/autocomplete',
      '@base-ui/react/dialog',
      '@base-ui/react/toast',
      '@base-ui/react/tooltip',
      '@tanstack/react-query',
      '@tanstack/react-router',
      '@tanstack/react-virtual',
      'lucide-react',
      'react-dom',
      'zod',
    ],
  },
  test: {
    // A busy machine is no failure.
    testTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    name: 'web',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: executablePath === undefined ? { args } : { args, executablePath } }),
      instances: [{ browser: 'chromium' }],
    },
  },
})

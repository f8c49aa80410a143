import { defineConfig, type ReporterDescription } from '@playwright/test'
import { quietFlags, requireChromium } from './browser.ts'

const longest = 'dashboard/every-screen.spec.ts'

export default defineConfig({
  testDir: '.',
  // The longest is begun first; the others are done when it is, and no core waits for it at the end.
  projects: [
    { name: 'screens', testMatch: longest },
    {
      name: 'all else',
      testMatch: ['dashboard/*.spec.ts', 'clients/*.test.ts', 'journeys/*.test.ts'],
      testIgnore: longest,
    },
  ],
  outputDir: 'test-results',
  // Each file starts what it needs on ports of its own; of two that run, one is waiting.
  workers: 4,
  fullyParallel: false,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env['CI']),
  reporter: [
    ['list'],
    ['./compatibility-reporter.ts'],
    ...(process.env['SIGNET_E2E_REPORT']
      ? [['json', { outputFile: process.env['SIGNET_E2E_REPORT'] }] satisfies ReporterDescription]
      : []),
  ],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: requireChromium(), args: quietFlags },
    // Recording one slows every step; `--trace on` makes one of a test that is looked into.
    trace: 'off',
    actionTimeout: 15_000,
  },
})

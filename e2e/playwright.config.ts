import { defineConfig, type ReporterDescription } from '@playwright/test'
import { quietFlags, requireChromium } from './browser.ts'

export default defineConfig({
  testDir: '.',
  testMatch: ['dashboard/*.spec.ts', 'clients/*.test.ts', 'journeys/*.test.ts'],
  outputDir: 'test-results',
  // Each file starts what it needs on ports of its own; much of a test is waiting.
  workers: 2,
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

import { defineProject } from 'vitest/config'

export default defineProject({
  test: { testTimeout: 30_000, name: 'server', include: ['src/**/*.test.ts'], environment: 'node' },
})

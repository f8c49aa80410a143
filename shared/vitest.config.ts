import { defineProject } from 'vitest/config'

export default defineProject({
  test: { testTimeout: 30_000, name: 'shared', include: ['src/**/*.test.ts'], environment: 'node', isolate: false },
})

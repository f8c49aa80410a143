import { defineProject } from 'vitest/config'

export default defineProject({
  test: {
    // A busy machine is no failure.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    name: 'server',
    include: ['{src,test,bench}/**/*.test.ts'],
    environment: 'node',
  },
})

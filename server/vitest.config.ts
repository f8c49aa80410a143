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
    // A worker reads the program once and not for each file, which took longer than most files do. What a file changes of
    // the process, and not of what it made itself, `file-setup.ts` puts back.
    isolate: false,
    setupFiles: ['test/file-setup.ts'],
    restoreMocks: true,
  },
})

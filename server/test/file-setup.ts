import { afterAll } from 'vitest'

/** Runs for each file of tests: those of one worker share its process, and commands that are run in it narrow the mask. */
const mask = process.umask()
const exitCode = process.exitCode

afterAll(() => {
  process.umask(mask)
  process.exitCode = exitCode
})

import { writeFileSync } from 'node:fs'
import { env } from 'node:process'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** What a suite came to. Texts name a test and the first line of its error: enough to look for it from the end of a log. */
export interface SuiteReport {
  readonly passed: number
  readonly failed: readonly string[]
  /** Passed at the second attempt: green, and to be mended all the same. */
  readonly flaky: readonly string[]
}

type SerializedError = Parameters<NonNullable<Reporter['onTestRunEnd']>>[1][number]

/** Vitest's reporter of it: its JSON knows neither errors outside tests, which fail a run too, nor second attempts. */
export default class implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const withState = (state: 'passed' | 'failed') => tests.filter((test) => test.result().state === state)
    const failed = [
      ...withState('failed').map((test) => titled(test, test.result().errors)),
      ...modules.flatMap((module) => brokenSuites(module)),
      ...unhandled.map((error) => `outside any test: ${error.stack ?? error.message}`),
    ]
    const flaky = withState('passed').filter((test) => test.diagnostic()?.flaky)
    const report: SuiteReport = {
      passed: withState('passed').length,
      failed,
      flaky: flaky.map((test) => titled(test, test.attempts()[0]?.errors)),
    }
    writeFileSync(env['UNIT_REPORT'] ?? 'unit-report.json', JSON.stringify(report))
  }
}

function titled(test: TestCase, errors: readonly SerializedError[] | undefined): string {
  return `${test.module.relativeModuleId} › ${test.fullName}: ${firstLine(errors)}`
}

/** A file that could not be loaded, or a suite whose hook failed, has no failed test of its own. */
function brokenSuites(module: TestModule): string[] {
  const suites = [module, ...module.children.allSuites()]
  return suites
    .filter((suite) => suite.errors().length > 0)
    .map((suite) => `${module.relativeModuleId}: ${firstLine(suite.errors())}`)
}

function firstLine(errors: readonly SerializedError[] | undefined): string {
  return errors?.[0]?.message.split('\n')[0] ?? 'no error'
}

import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SuiteReport } from './test-report.ts'

/**
 * The test command: finds or installs a Chromium and a software token, fetches the clients of other languages, builds the dashboard,
 * runs every suite and ends with one line that counts them all, after the names of what failed. A suite that could not run counts as
 * one failure; nothing is skipped silently. A test that fails is tried once more: what passes then is named too, since it is to be
 * mended, but a machine that stood still for a moment does not fail the whole.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
/** Of memory that is free; what a run has at one time is a part of it. */
const roomBytes = 2 ** 30
const reports = temporaryFolder()

async function main(): Promise<void> {
  installToken()
  const chromium = spawnSync(process.execPath, ['browser.ts'], { cwd: join(root, 'e2e'), encoding: 'utf8' })
  if (chromium.status !== 0) {
    process.stderr.write(chromium.stderr)
    finish([couldNotRun('Chromium')])
    return
  }
  const environment = {
    ...process.env,
    SIGNET_E2E_CHROMIUM: chromium.stdout.trim(),
    TMPDIR: reports,
    // The program is started some hundred times.
    NODE_COMPILE_CACHE: join(reports, 'compiled'),
  }
  const clients = fetchClients()
  const build = run('web', [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], environment)
  if (build !== 0) {
    finish([couldNotRun('build of the dashboard')])
    return
  }
  const units = unitTests(environment)
  await clients
  finish([units, endToEndTests(environment)])
}

/**
 * In memory where there is room: every commit of a test is flushed, and a flush to a disk takes longer than all else that the
 * test does. It is to its programs what `/tmp` is, which anybody may write to.
 */
function temporaryFolder(): string {
  const memory = '/dev/shm'
  const hasRoom = () => {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize >= roomBytes
  }
  const folder = mkdtempSync(join(existsSync(memory) && hasRoom() ? memory : tmpdir(), 'signet-test-'))
  chmodSync(folder, 0o1777)
  return folder
}

/** Clients of other languages come from Debian while the unit tests run; those that do not are named, and their tests skip. */
function fetchClients(): Promise<void> {
  const child = spawn(process.execPath, ['debian-clients.ts'], { cwd: join(root, 'e2e'), stdio: ['ignore', 2, 2] })
  return new Promise((resolve) => child.once('close', () => resolve()))
}

/**
 * The tests of root keys on a token need SoftHSM and OpenSC. As root on Debian they are installed where they are
 * missing; elsewhere that suite says in its title what it lacks, and is not counted as passed.
 */
function installToken(): void {
  const isThere = () => existsSync('/usr/bin/softhsm2-util') && existsSync('/usr/bin/pkcs11-tool')
  if (!isThere() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const apt = (args: string[]) => spawnSync('apt-get', args, { stdio: ['ignore', 2, 2] }).status === 0
    const install = ['install', '-y', '-qq', '--no-install-recommends', 'softhsm2', 'opensc']
    if (!apt(install) && apt(['update', '-qq'])) apt(install)
  }
  if (!isThere()) process.stderr.write('softhsm2 or opensc is not in /usr/bin: root keys on a token may go untested\n')
}

function unitTests(environment: NodeJS.ProcessEnv): SuiteReport {
  const file = join(reports, 'unit.json')
  const vitest = join('node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=dot', '--reporter=./.ci/test-report.ts']
  // A test waits as long as it computes, for a process, a socket or a page: of two for each core, one is at work.
  const workers = `--maxWorkers=${2 * availableParallelism()}`
  const status = run('.', [vitest, 'run', '--retry=1', workers, ...reporters], {
    ...environment,
    // No setting of Signet, whose programs refuse those that they do not know.
    UNIT_REPORT: file,
  })
  return withStatus('unit tests', status, readReport<SuiteReport>(file))
}

/** The parts that are read of Playwright's JSON report. */
interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs?: readonly {
    readonly title: string
    readonly file: string
    readonly tests: readonly {
      readonly status: 'skipped' | 'expected' | 'unexpected' | 'flaky'
      readonly results: readonly { readonly error?: { readonly message?: string } }[]
    }[]
  }[]
}

function endToEndTests(environment: NodeJS.ProcessEnv): SuiteReport {
  const file = join(reports, 'e2e.json')
  const cli = join('node_modules', '@playwright', 'test', 'cli.js')
  const status = run('e2e', [cli, 'test', '--retries=1'], { ...environment, SIGNET_E2E_REPORT: file })
  const result = readReport<PlaywrightSuite & { stats: { expected: number; flaky: number } }>(file)
  return withStatus(
    'end-to-end tests',
    status,
    result && {
      passed: result.stats.expected + result.stats.flaky,
      failed: named(result, 'unexpected'),
      flaky: named(result, 'flaky'),
    },
  )
}

function named(suite: PlaywrightSuite, status: 'unexpected' | 'flaky'): string[] {
  const own = (suite.specs ?? []).flatMap(({ title, file, tests }) =>
    tests
      .filter((test) => test.status === status)
      .map(({ results }) => `${file} › ${title}: ${results[0]?.error?.message?.split('\n')[0] ?? 'no error'}`),
  )
  return [...own, ...(suite.suites ?? []).flatMap((inner) => named(inner, status))]
}

/** A runner that ends badly though every test passed has a reason that its own output tells. */
function withStatus(suite: string, status: number | null, report: SuiteReport | undefined): SuiteReport {
  if (!report) return couldNotRun(suite)
  if (status === 0 || report.failed.length > 0) return report
  return { ...report, failed: [`${suite}: ended with ${status} though no test failed`] }
}

function couldNotRun(what: string): SuiteReport {
  return { passed: 0, failed: [`${what}: could not run`], flaky: [] }
}

function run(folder: string, args: string[], env: NodeJS.ProcessEnv): number | null {
  return spawnSync(process.execPath, args, { cwd: join(root, folder), env, stdio: ['ignore', 'inherit', 'inherit'] })
    .status
}

function readReport<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return undefined
  }
}

function finish(suites: readonly SuiteReport[]): void {
  rmSync(reports, { recursive: true, force: true })
  const failed = suites.flatMap((suite) => suite.failed)
  const flaky = suites.flatMap((suite) => suite.flaky)
  const passed = suites.reduce((sum, suite) => sum + suite.passed, 0)
  for (const text of flaky) process.stdout.write(`\nPassed at the second attempt: ${text}`)
  for (const text of failed) process.stdout.write(`\nFailed: ${text}`)
  process.stdout.write(`\n\n${passed} passed, ${failed.length} failed\n`)
  process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1
}

await main()

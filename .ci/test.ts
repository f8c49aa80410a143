import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The test command: finds or installs a Chromium and a software token, fetches the clients of other languages, builds the dashboard,
 * runs every suite and ends with one line that counts them all. A suite that could not run counts as one failure; nothing is skipped
 * silently.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'signet-test-'))

interface Count {
  readonly passed: number
  readonly failed: number
}

const couldNotRun: Count = { passed: 0, failed: 1 }

async function main(): Promise<void> {
  installToken()
  const chromium = spawnSync(process.execPath, ['browser.ts'], { cwd: join(root, 'e2e'), encoding: 'utf8' })
  if (chromium.status !== 0) {
    process.stderr.write(chromium.stderr)
    finish([couldNotRun])
    return
  }
  const environment = { ...process.env, SIGNET_E2E_CHROMIUM: chromium.stdout.trim() }
  const clients = fetchClients()
  const build = run('web', [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], environment)
  if (build !== 0) {
    finish([couldNotRun])
    return
  }
  const units = unitTests(environment)
  await clients
  finish([units, endToEndTests(environment)])
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

function unitTests(environment: NodeJS.ProcessEnv): Count {
  const report = join(reports, 'unit.json')
  const vitest = join('node_modules', 'vitest', 'vitest.mjs')
  const status = run(
    '.',
    [vitest, 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
    environment,
  )
  const result = readReport<{ numPassedTests: number; numFailedTests: number; numFailedTestSuites: number }>(report)
  if (!result) return couldNotRun
  const failed = Math.max(result.numFailedTests, result.numFailedTestSuites > 0 || status !== 0 ? 1 : 0)
  return { passed: result.numPassedTests, failed }
}

function endToEndTests(environment: NodeJS.ProcessEnv): Count {
  const report = join(reports, 'e2e.json')
  const cli = join('node_modules', '@playwright', 'test', 'cli.js')
  const status = run('e2e', [cli, 'test'], { ...environment, SIGNET_E2E_REPORT: report })
  const result = readReport<{ stats: { expected: number; unexpected: number; flaky: number } }>(report)
  if (!result) return couldNotRun
  const failed = result.stats.unexpected + result.stats.flaky
  return { passed: result.stats.expected, failed: Math.max(failed, status === 0 ? 0 : 1) }
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

function finish(counts: readonly Count[]): void {
  rmSync(reports, { recursive: true, force: true })
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

await main()

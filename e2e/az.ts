import { execFile } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { AzProgram } from './debian-clients.ts'
import type { Stack } from './stack.ts'

const run = promisify(execFile)
const pythonHosts = fileURLToPath(new URL('./workloads/python-hosts', import.meta.url))

interface AzPlace {
  /** Of the vault that it is to reach. */
  readonly vault?: string
  /** How instance discovery is left out: a setting of newer ones, and for older ones the spelling of AD FS. */
  readonly discovery?: 'off' | 'adfs'
}

/**
 * One az with a configuration of its own, in the cloud that a stack is, on a machine whose hosts file has the lines of
 * `signet hosts`. The program is as it was published.
 */
export class Az {
  readonly version: string
  readonly #program: AzProgram
  readonly #stack: Stack
  readonly #configuration: string
  readonly #hosts: string

  private constructor(program: AzProgram, stack: Stack) {
    this.version = program.version
    this.#program = program
    this.#stack = stack
    this.#configuration = join(stack.folder, `az-${program.version}`)
    this.#hosts = join(stack.folder, `az-${program.version}.hosts`)
  }

  /** Registers the cloud by what its resource manager says of it, and takes it for its own. Nobody is signed in. */
  static async open(program: AzProgram, stack: Stack, { vault, discovery }: AzPlace = {}): Promise<Az> {
    const az = new Az(program, stack)
    cpSync(program.configuration, az.#configuration, { recursive: true })
    const printed = await stack.signet('hosts', ...(vault === undefined ? [] : ['--vault', vault]))
    writeFileSync(az.#hosts, (printed.match(/^[\d.]+\s+\S+$/gm) ?? []).join('\n'))
    const { SIGNET_ARM_URL = '', SIGNET_AUTHORITY = '' } = stack.clientVariables()
    await az.run(['cloud', 'register', '-n', 'Signet', '--endpoint-resource-manager', SIGNET_ARM_URL])
    if (discovery === 'adfs') {
      await az.run(['cloud', 'update', '-n', 'Signet', '--endpoint-active-directory', `${SIGNET_AUTHORITY}/adfs`])
    }
    await az.run(['cloud', 'set', '-n', 'Signet'])
    if (discovery === 'off') await az.run(['config', 'set', 'core.instance_discovery=false'])
    return az
  }

  /**
   * One command, in an environment with nothing in it but what is given.
   *
   * @returns what it printed, read as JSON
   * @throws what it said
   */
  async run<T = unknown>(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<T> {
    const env = {
      PATH: process.env['PATH'] ?? '',
      ...this.#program.variables,
      PYTHONPATH: [pythonHosts, this.#program.variables['PYTHONPATH'] ?? ''].join(':'),
      HOSTS_FILE: this.#hosts,
      AZURE_CONFIG_DIR: this.#configuration,
      AZURE_CORE_COLLECT_TELEMETRY: 'false',
      REQUESTS_CA_BUNDLE: this.#stack.clientVariables()['SIGNET_CA_FILE'] ?? '',
      ...variables,
    }
    const command = ['-sm', 'azure.cli', ...args, '--output', 'json']
    const { stdout } = await run(this.#program.command, command, { env, timeout: 120_000 })
    return (stdout.trim() === '' ? null : JSON.parse(stdout)) as T
  }
}

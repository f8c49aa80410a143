import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { WorkloadDialect } from '@signet/shared/wire/agent-protocol'
import { identityVariables, WorkloadRun } from '../agent/index.ts'
import { systemClock } from '../platform/clock.ts'
import { readConfig } from '../platform/config.ts'
import { agentFolder } from './agent-folder.ts'
import { dialectEnvironment } from './client-environment.ts'

/** Passed on to the workload. */
const forwarded = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const
/** A terminal sends these to the whole group, the workload among them. */
const ofTerminal: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT'])
/** What shells end with when a program is not there, or cannot be run. */
const exitCodes: Readonly<Record<string, number>> = { ENOENT: 127, EACCES: 126 }
/** Files of authorities that a workload trusts. */
const ofTrust: ReadonlySet<string> = new Set(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'])
/** Nothing of a workload's business. */
const ourSecrets = ['SIGNET_ROOT_KEY', 'SIGNET_JOIN_TOKEN']

/**
 * `signet run`: starts a workload that finds its identity, with a secret of its own that is good while it runs. It has this
 * terminal and this process's signals; this process ends as it ends.
 */
export async function runWorkload(
  environment: NodeJS.ProcessEnv,
  options: { dialect: WorkloadDialect; instance: string | undefined },
  [command = '', ...args]: readonly string[],
): Promise<void> {
  const agentDir = agentFolder(readConfig(environment), options.instance)
  const { dialect } = options
  // As with every other dialect, this variable says which of several identities is meant.
  const { AZURE_CLIENT_ID: clientId } = environment
  const tokenFile = dialect === 'workload-identity' ? { clientId: clientId || null } : undefined
  using run = await WorkloadRun.begin(agentDir, systemClock, tokenFile)
  const variables = dialectEnvironment(agentDir, { dialect, clientId, identityHeader: run.identityHeader })
  // Before there is a workload: a quick one can have a signal sent to this process before `spawn` comes back.
  const signals = new ForwardedSignals()
  const child = spawn(command, args, { stdio: 'inherit', env: workloadEnvironment(environment, variables) })
  signals.goTo(child)
  const end = await endOf(child, command)
  signals.stop()
  process.exitCode = end.code
  // Whoever waits for this process is to see what ended the workload.
  if (end.signal) process.kill(process.pid, end.signal)
}

/** The environment as it was, without what would lead clients elsewhere; one's own authorities stay where they are set. */
function workloadEnvironment(
  environment: NodeJS.ProcessEnv,
  variables: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const hidden = new Set<string>([...identityVariables, ...ourSecrets])
  const kept = Object.entries(environment).filter(([name]) => !hidden.has(name))
  const own = kept.filter(([name, value]) => ofTrust.has(name) && value)
  return { ...Object.fromEntries(kept), ...variables, ...Object.fromEntries(own) }
}

/** Holds what this process is sent, from when it is made, for the workload. */
class ForwardedSignals {
  readonly #hasTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)
  readonly #early: NodeJS.Signals[] = []
  #child: ChildProcess | undefined

  constructor() {
    for (const signal of forwarded) process.on(signal, this.#forward)
  }

  goTo(child: ChildProcess): void {
    this.#child = child
    for (const signal of this.#early.splice(0)) this.#forward(signal)
  }

  stop(): void {
    for (const signal of forwarded) process.off(signal, this.#forward)
  }

  readonly #forward = (signal: NodeJS.Signals): void => {
    if (this.#hasTerminal && ofTerminal.has(signal)) return
    if (this.#child) this.#child.kill(signal)
    else this.#early.push(signal)
  }
}

function endOf(child: ChildProcess, command: string): Promise<{ code: number; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      process.stderr.write(`signet: ${command} cannot be started (${error.code ?? error.message})\n`)
      resolve({ code: exitCodes[error.code ?? ''] ?? 1, signal: null })
    })
    child.once('exit', (code, signal) => {
      resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), signal })
    })
  })
}

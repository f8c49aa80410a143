import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StartupError } from '../platform/signet-error.ts'
import { type AgentOptions, type RunningAgent, startAgent } from './agent.ts'
import { agentFiles, loadStored } from './agent-folder.ts'
import { LocalEndpoints } from './endpoints/identity-environment.ts'
import type { LocalSettings } from './endpoints/local-listeners.ts'

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

/**
 * The folder of a further instance on this host: an agent's folder like any other, within that of the first.
 *
 * @throws StartupError for a name that is no name of a folder
 */
export function instanceFolder(agentDir: string, name: string): string {
  if (!nameForm.test(name))
    throw new StartupError('the name of an instance on this host is letters, digits, . _ - (63)')
  return join(agentFiles.instances(agentDir), name)
}

/** All agents of one host in one process. */
export interface AgentHost {
  readonly agents: readonly RunningAgent[]
  stop(): Promise<void>
}

/**
 * Starts the agent of the folder and those of further instances below it. Each has endpoints and secrets of its own, so
 * that a workload of one instance is nothing to another. The ports and the address that clients know by heart are the
 * first one's. One of the further ones that cannot start is logged, and keeps none of the others from it.
 *
 * @throws StartupError as `startAgent`, of the first one, or when there is none at all
 */
export async function startAgents(options: AgentOptions): Promise<AgentHost> {
  const { agentDir, log, local } = options
  const isOpen = local.callers.users === undefined && local.callers.units === undefined
  if (isOpen) log.warn('every process of this machine may ask for tokens (SIGNET_LOCAL_USERS)')
  const names = furtherInstances(agentDir)
  const hasFirst = names.length === 0 || existsSync(agentFiles.identity(agentDir))
  const agents: RunningAgent[] = hasFirst ? [await startAgent(options)] : []
  const stop = async () => {
    await Promise.all(agents.map((agent) => agent.stop()))
  }
  for (const name of names) {
    try {
      agents.push(await startFurther(options, name))
    } catch (error) {
      log.error({ instance: name, err: error }, 'the agent of an instance on this host cannot start')
    }
  }
  if (agents.length === 0) throw new StartupError(`no agent below ${agentDir} can start: see the log`)
  return { agents, stop }
}

function furtherInstances(agentDir: string): string[] {
  const folder = agentFiles.instances(agentDir)
  if (!existsSync(folder)) return []
  const isEnrolled = (name: string) => nameForm.test(name) && existsSync(agentFiles.identity(join(folder, name)))
  return readdirSync(folder).filter(isEnrolled).sort()
}

/** On the port it had before, if that is free, so that a workload that was given it finds it again. */
async function startFurther(options: AgentOptions, name: string): Promise<RunningAgent> {
  const agentDir = instanceFolder(options.agentDir, name)
  const log = options.log.child({ instance: name })
  const start = (port: number) => startAgent({ ...options, agentDir, log, local: furtherSettings(options.local, port) })
  const before = loadStored(agentFiles.endpoints(agentDir), LocalEndpoints)
  if (!before) return start(0)
  try {
    return await start(Number(new URL(before.urls.imds).port))
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    return start(0)
  }
}

function furtherSettings(first: LocalSettings, port: number): LocalSettings {
  const serviceFabricPort = first.serviceFabricPort === undefined ? undefined : 0
  return { ...first, port, serviceFabricPort, cloudShellPort: undefined, arcPort: undefined, wellKnownAddress: false }
}

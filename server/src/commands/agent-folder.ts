import { instanceFolder } from '../agent/index.ts'
import type { Config } from '../platform/config.ts'

/**
 * The agent's folder, or that of a further instance on this host.
 *
 * @throws StartupError for a name that cannot be one
 */
export function agentFolder({ agentDir }: Config, instance: string | undefined): string {
  return instance === undefined ? agentDir : instanceFolder(agentDir, instance)
}

import { arch, hostname, type as osType, release } from 'node:os'
import type { AgentFacts } from '@signet/shared/wire/agent-protocol'
import manifest from '../../package.json' with { type: 'json' }

/** What this machine says of itself; shown to people, never used to decide anything. */
export function agentFacts(): AgentFacts {
  return {
    hostName: hostname().slice(0, 255),
    platform: `${osType()} ${release()} ${arch()}`.slice(0, 100),
    agentVersion: manifest.version,
  }
}

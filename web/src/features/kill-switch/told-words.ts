import type { Propagation } from '@signet/shared/api/revocations'

/** What an act's answer counts, in a sentence. */
export function toldWords({ replicas, agents }: Propagation): string {
  const servers = `In force on ${replicas} ${replicas === 1 ? 'server' : 'servers'}`
  return `${servers}; ${agents} connected ${agents === 1 ? 'agent is' : 'agents are'} told.`
}

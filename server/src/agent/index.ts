/**
 * The other process: runs on the instance, holds the keys of its identities and serves the local endpoints that workloads
 * get tokens from. It owns a folder of its own and no tables, talks to the server through the agent protocol alone, and
 * never sends a private key anywhere.
 */
export { type AgentOptions, type InstanceState, type RunningAgent, startAgent } from './agent.ts'
export { instanceFolder, startAgents } from './agent-host.ts'
export { identityVariables, type LocalEndpoints, readEndpoints, variablesOf } from './endpoints/identity-environment.ts'
export type { LocalSettings } from './endpoints/local-listeners.ts'
export { tokenFileVariables } from './endpoints/token-file-environment.ts'
export { WorkloadRun } from './endpoints/workload-runs.ts'
export { type EnrollOptions, enrollAgent } from './enrollment.ts'

/**
 * The demo: a deployment of its own with forty agents in one process and twelve weeks of history, which server and agents live
 * through when it is made. It owns a folder beside the real data and no tables, and uses the server through its API alone.
 */
export { DemoAgents } from './demo-agents.ts'
export { demoFleet, hasLiveAgent } from './demo-fleet.ts'
export { DemoFolder } from './demo-folder.ts'
export { type AdminApi, DemoHistory, historyMs } from './demo-history.ts'
export { runWorkload } from './demo-workload.ts'

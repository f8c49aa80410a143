/**
 * The resource manager and the graph as clients of the cloud know them: routes, versions, envelopes and errors over the acts of
 * other domains, which the dashboard calls too. It decides nothing of its own and owns no table.
 */
export { openManagement } from './management.ts'

/**
 * The resource manager and the graph as clients of the cloud know them: routes, versions, envelopes and errors over the acts of
 * other domains, which the dashboard calls too. It decides nothing of its own and owns no table.
 */
export { graphEndpoint } from './graph-endpoint.ts'
export { openManagement } from './management.ts'
export { managementEndpoint } from './management-endpoint.ts'

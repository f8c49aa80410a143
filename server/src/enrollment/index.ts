/**
 * Agents: how one is admitted (join token, key made on the instance), how it proves itself on every call, what state it
 * should have, how certificates reach it, and the tester that asks it for a token through its own local endpoint.
 * It never sees a private key. Owns the tables `agents`, `join_tokens`, `join_token_uses`, `token_traces`, and what agents
 * still have to give up: `withdrawals`, `withdrawal_agents`.
 */
export { enrollmentHandlers, tokenTestHandlers } from './admin-routes.ts'
export type { AgentDirectory } from './agent-directory.ts'
export { agentEndpoint } from './agent-endpoint.ts'
export { AgentEndsStore } from './agent-ends-store.ts'
export { type AgentPlane, openAgentPlane } from './agent-plane.ts'
export { certificateMs, type Enrollment } from './enrollment.ts'
export { tokenTestStream } from './token-test-stream-routes.ts'
export { openTokenTests, type TokenTests } from './token-tests.ts'

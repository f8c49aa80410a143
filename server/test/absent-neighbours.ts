import type { TokenUsage } from '../src/resources/index.ts'
import type { TokenWitness } from '../src/rotation/evidence.ts'
import type { RotationNeighbours } from '../src/rotation/history.ts'
import type { RolloutNeighbours } from '../src/rotation/index.ts'

/** What the authority would know of tokens; nothing was issued unless a test says so. */
export const noUsage: TokenUsage = {
  lastUse: () => new Map(),
  refusedFor: () => new Map(),
  recent: () => ({ items: [], nextCursor: null }),
  matching: async () => ({ items: [], nextCursor: null }),
  histogram: async () => ({ bucketMs: 1, buckets: [] }),
  recently: async () => ({ day: [], week: [], live: { tokens: 0, until: null, audiences: [] } }),
}

/** A token log that knows none. */
export const noTokens: TokenWitness = {
  byUti: () => undefined,
  byCorrelation: () => [],
  signingKey: async () => null,
  utiOf: (id) => id,
}

/** There is nothing to select. */
export const noSelection: RolloutNeighbours = {
  select: async () => ({ ids: [], next: null }),
  holders: async () => [],
  places: async () => new Map(),
  outstanding: async () => ({ live: { tokens: 0, until: null }, lastUsedAt: null }),
  agents: async () => new Map(),
}

/** Nobody knows of agents or tokens. */
export const noNeighbours: RotationNeighbours = {
  agents: async () => new Map(),
  instanceOf: async () => undefined,
  tokens: noTokens,
  firstToken: () => undefined,
}

const none = { total: 0, items: [] }
/** Nothing in other domains hangs on anybody. */
export const noDependents = { grants: none, appRoles: none, secrets: none, federations: none, clientSecrets: 0 }

import type { InstanceSummary } from '@signet/shared/api/resources'
import type { RotationSummary } from '@signet/shared/api/rotation'
import type { KeyOutlook } from '../authority/index.ts'
import type { ClientCredential } from '../principals/index.ts'
import type { Life } from './life-left.ts'

/** The first of many, and how many there are. */
export interface Some<T> {
  readonly items: readonly T[]
  readonly total: number
  /** There are more than `total`. */
  readonly isCapped?: boolean
}

/** An identity or agent in trouble, with what it was asked for in the last 24 hours. */
export interface Troubled {
  readonly instance: InstanceSummary
  readonly requests: number
}

/** An application, and the first to end of what it needs and has not replaced. */
export interface EndingClient {
  readonly principalId: string
  readonly name: string
  readonly credential: ClientCredential
  /** Code somewhere still proves itself with it. */
  readonly isUsed: boolean
  readonly requests: number
}

/** A principal, and the first of its federated credentials that trusts too much. */
export interface BroadTrust {
  readonly principalId: string
  readonly name: string
  readonly rule: string
  readonly warning: string
}

/** Everything that decides what needs attention, as the domains tell it. Instants are epoch milliseconds. */
export interface AttentionFacts {
  readonly failing: Some<Troubled>
  readonly degraded: Some<Troubled>
  /** Turned on, and nothing goes on without somebody. */
  readonly waiting: Some<Troubled>
  /** The agent is not connected although it holds something, and no list above says so already. */
  readonly silent: Some<Troubled>
  /** One more than are named, where there are more. */
  readonly quarantined: readonly {
    readonly agentId: string
    readonly agentName: string
    readonly instance: { readonly id: string; readonly name: string } | null
    readonly since: number
  }[]
  /** Rotations that no agent has taken up for an hour, the oldest first. */
  readonly stuck: Some<RotationSummary>
  /** The last failure of each identity that did not roll since. */
  readonly failed: Some<RotationSummary & { readonly failures: number }>
  readonly ending: Some<EndingClient>
  readonly broadApplications: Some<BroadTrust>
  readonly broadIdentities: Some<BroadTrust>
  /** Those that sign. */
  readonly authorities: readonly (Life & {
    readonly id: string
    readonly subject: string
    readonly renewsAt: number | null
  })[]
  /** The root that another takes the place of, until it ends; `nextSince` is when the other was published. */
  readonly endingRoot:
    | (Life & { readonly id: string; readonly subject: string; readonly nextSince: number })
    | undefined
  readonly signingKey: KeyOutlook
  readonly sharesTaken: boolean
  /** Stored values that did not open within a week, the newest first. */
  readonly refusedValues: Some<{ readonly label: string; readonly at: number }>
  /** The step of the clock that is being waited out. */
  readonly clockStep: { readonly byMs: number; readonly at: number } | null
  /** The operator's own, where there is one. */
  readonly serverCertificate: Life | undefined
  /** Whether names of the cloud are answered, which a setting allowed. */
  readonly answersCloudNames: boolean
}

/** No trouble at all. */
export const nobody: Some<never> = { items: [], total: 0 }

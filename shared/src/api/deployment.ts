import { z } from 'zod'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'

/** Where the root key lives. */
export const RootKeyProviderName = z.enum(['file', 'environment', 'kms', 'pkcs11'])
export type RootKeyProviderName = z.infer<typeof RootKeyProviderName>

/** Whether the server can open what it has stored; answered even while it cannot, and to anybody: it holds no secret. */
export const SealStatus = z.object({
  sealed: z.boolean(),
  provider: RootKeyProviderName,
  /** Of the root key the data was sealed under; null before there is any. */
  keyId: z.string().nullable(),
  /** Why it is sealed, and what to do; null when it is not. */
  reason: z.string().nullable(),
  mend: z.string().nullable(),
})
export type SealStatus = z.infer<typeof SealStatus>

/** The recovery shares that open this data without the root key. */
export const RecoverySet = z.object({
  id: z.string(),
  shares: z.int(),
  threshold: z.int(),
  takenAt: Instant,
})
export type RecoverySet = z.infer<typeof RecoverySet>

export const deploymentApi = {
  sealStatus: route({
    method: 'GET',
    path: '/unseal',
    summary: 'Whether the server is sealed, and why',
    access: 'public',
    response: SealStatus,
  }),
  demo: route({
    method: 'GET',
    path: '/demo',
    summary: 'Whether this is a demo: everything in it was made to be looked at',
    access: 'public',
    response: z.object({ demo: z.boolean() }),
  }),
  removeDemo: route({
    method: 'DELETE',
    path: '/demo',
    summary: 'Remove a demo with everything in it; the deployment beside it is started in its place',
    access: 'demo.remove',
    status: 204,
  }),
  rootKey: route({
    method: 'GET',
    path: '/root-key',
    summary: 'Where the root key lives, and whether it can be recovered',
    access: 'session',
    response: z.object({
      provider: RootKeyProviderName,
      keyId: z.string().nullable(),
      /** Null until a set was taken: losing the root key then loses the data. */
      recoverySet: RecoverySet.nullable(),
    }),
  }),
}

import { deploymentApi } from '@signet/shared/api/deployment'
import type { Express } from 'express'
import type { RootKeyProvider } from '../platform/crypto/root-key/root-key-provider.ts'
import { contractRouter, type Guard } from '../platform/http/contract-router.ts'
import { sealedApp } from '../platform/http/dashboard-app.ts'
import { sealedHandlers } from '../platform/http/deployment-routes.ts'
import type { SampledLog } from '../platform/sampled-log.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type SealFault, unsealRetryMs } from './unsealing.ts'

/** What console and dashboard answer while the server is sealed. */
export class SealedView {
  readonly app: Express
  fault: SealFault = { reason: 'the root key is not here yet', mend: 'wait' }

  constructor(root: RootKeyProvider, rootKeyId: () => Promise<string | null>, log: SampledLog) {
    const guard: Guard = async (_request, _access, correlationId) => ({
      actor: { kind: 'anonymous', id: null, label: 'not signed in' },
      correlationId,
      ip: null,
    })
    const handlers = sealedHandlers({ provider: root.describe().provider, rootKeyId, fault: () => this.fault })
    const { sealStatus } = deploymentApi
    this.app = sealedApp({
      api: contractRouter({ sealStatus }, handlers, { guard, log }),
      refusal: () => this.#refusal(),
      log,
    })
  }

  #refusal(): SignetError {
    const { reason, mend } = this.fault
    return new SignetError('sealed', `The server is sealed: ${reason}.`, {
      fix: `To open it, ${mend}.`,
      retryAfterSeconds: unsealRetryMs / 1_000,
    })
  }
}

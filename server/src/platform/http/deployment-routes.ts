import type { deploymentApi, RecoverySet, SealStatus } from '@signet/shared/api/deployment'
import type { RootKeyProvider } from '../crypto/root-key/root-key-provider.ts'
import type { RequestContext } from '../request-context.ts'
import type { Handlers } from './contract-router.ts'

type Provider = SealStatus['provider']

export function deploymentHandlers(parts: {
  root: RootKeyProvider
  rootKeyId: () => Promise<string | null>
  recoverySet: () => Promise<RecoverySet | undefined>
  isDemo: boolean
  removeDemo: (context: RequestContext) => Promise<void>
}): Handlers<typeof deploymentApi> {
  const { provider } = parts.root.describe()
  return {
    sealStatus: async () => ({ sealed: false, provider, keyId: await parts.rootKeyId(), reason: null, mend: null }),
    demo: async () => ({ demo: parts.isDemo }),
    removeDemo: async (_input, context) => {
      await parts.removeDemo(context)
      return undefined
    },
    rootKey: async () => ({
      provider,
      keyId: await parts.rootKeyId(),
      recoverySet: (await parts.recoverySet()) ?? null,
    }),
  }
}

/** The one part of the deployment's API that a sealed server answers. */
export function sealedHandlers(parts: {
  provider: Provider
  rootKeyId: () => Promise<string | null>
  fault: () => { readonly reason: string; readonly mend: string }
}): Handlers<Pick<typeof deploymentApi, 'sealStatus'>> {
  return {
    sealStatus: async () => ({
      sealed: true,
      provider: parts.provider,
      keyId: await parts.rootKeyId(),
      ...parts.fault(),
    }),
  }
}

import type { applicationsApi } from '@signet/shared/api/applications'
import type { RouteInput } from '@signet/shared/api/contract'
import type { FederationTest, federationApi } from '@signet/shared/api/federation'
import type { Page } from '@signet/shared/api/paging'
import type { TokenHistogram, TokenRequest } from '@signet/shared/api/resources'
import type { Propagation } from '@signet/shared/api/revocations'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { ApplicationAct } from './application-acts.ts'
import type { ApplicationList } from './application-list.ts'
import type { Applications } from './applications.ts'
import type { FederatedCredentials } from './federated-credentials.ts'

/** What the domain that issues tokens knows of a principal's requests. */
interface TokenActivity {
  tokens(
    of: { principalId: ObjectId },
    query: RouteInput<(typeof applicationsApi)['tokens']>['query'],
  ): Promise<Page<TokenRequest>>
  tokenHistogram(
    of: { principalId: ObjectId },
    query: RouteInput<(typeof applicationsApi)['tokenHistogram']>['query'],
  ): Promise<TokenHistogram>
}

interface Given {
  readonly params: { principalId: ObjectId }
  readonly body: { reason?: string | undefined }
  readonly ifMatch: number | undefined
}

/** @param requireStepUp throws unless the operator confirmed that it is them within the last minutes (SEC-22) */
export function applicationHandlers(parts: {
  applications: Applications
  list: ApplicationList
  activity: TokenActivity
  requireStepUp: (context: RequestContext) => Promise<void>
  /** How many are told by now of the last act on an application. */
  told: (which: { principalId: string }) => Promise<Propagation>
}): Handlers<typeof applicationsApi> {
  const { applications, list, activity, requireStepUp, told } = parts
  const principal = async ({ principalId }: Given['params']) => ({
    principalId: (await applications.require(principalId)).objectId,
  })
  const act =
    (name: ApplicationAct) =>
    async ({ params, body, ifMatch }: Given, context: RequestContext) => {
      await applications.act(context, name, params.principalId, { ...body, expected: ifMatch })
      return applications.show(params.principalId)
    }
  return {
    list: ({ query }) => list.page(query),
    facets: () => list.facets(),
    ...list.exports,
    create: ({ body }, context) => applications.create(context, body.name),
    show: ({ params }) => applications.show(params.principalId),
    rename: ({ params, body, ifMatch }, context) =>
      applications.rename(context, params.principalId, { ...body, expected: ifMatch }),
    pause: async (given, context) => ({
      ...(await act('pause')(given, context)),
      propagation: await told(given.params),
    }),
    resume: act('resume'),
    remove: async ({ params, body, ifMatch }, context) => {
      await requireStepUp(context)
      await applications.act(context, 'delete', params.principalId, { ...body, expected: ifMatch })
      return { propagation: await told(params) }
    },
    restore: act('restore'),
    tokens: async ({ params, query }) => activity.tokens(await principal(params), query),
    tokenHistogram: async ({ params, query }) => activity.tokenHistogram(await principal(params), query),
    addSecret: async ({ params, body }, context) => {
      await requireStepUp(context)
      return applications.addSecret(context, params.principalId, body)
    },
    removeSecret: async ({ params }, context) => {
      await applications.removeSecret(context, params.principalId, params.secretId)
      return undefined
    },
    addCertificate: ({ params, body }, context) => applications.addCertificate(context, params.principalId, body),
    changeCertificate: ({ params, body, ifMatch }, context) =>
      applications.changeCertificate(context, params.principalId, {
        ...body,
        id: params.credentialId,
        expected: ifMatch,
      }),
    removeCertificate: async ({ params, body, ifMatch }, context) => {
      await applications.removeCertificate(context, params.principalId, {
        ...body,
        id: params.credentialId,
        expected: ifMatch,
      })
      return undefined
    },
  }
}

/** @param test what the authority would say to a token, since only it knows the keys of issuers */
export function federationHandlers(parts: {
  federated: FederatedCredentials
  test: (principalId: ObjectId, token: string) => Promise<FederationTest>
}): Handlers<typeof federationApi> {
  const { federated } = parts
  return {
    list: ({ params, query }) => federated.page(params.principalId, query),
    create: ({ params, body }, context) => federated.create(context, params.principalId, body),
    show: ({ params }) => federated.show(params.principalId, params.federatedCredentialId),
    change: ({ params, body, ifMatch }, context) =>
      federated.change(context, params.principalId, { ...body, id: params.federatedCredentialId, expected: ifMatch }),
    remove: async ({ params, body, ifMatch }, context) => {
      const wanted = { ...body, id: params.federatedCredentialId, expected: ifMatch }
      await federated.remove(context, params.principalId, wanted)
      return undefined
    },
    test: ({ params, body }) => parts.test(params.principalId, body.token),
  }
}

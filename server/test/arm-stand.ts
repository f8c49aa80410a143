import { createServer } from 'node:http'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Caller } from '../src/authority/index.ts'
import { builtInRoles } from '../src/authorization/role-definition.ts'
import { graphEndpoint, managementEndpoint, openManagement } from '../src/management/index.ts'
import { newGuid } from '../src/platform/identifiers.ts'
import { SampledLog } from '../src/platform/sampled-log.ts'
import { SignetError } from '../src/platform/signet-error.ts'
import { ResourceGroups } from '../src/resources/index.ts'
import { openVaults } from '../src/vault/index.ts'
import { contextOf, openStack } from './stack.ts'

export interface ArmReply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what a foreign body holds is for the test to say
  readonly body: any
}

export type ArmStand = Awaited<ReturnType<typeof openArm>>

/** The resource manager and the graph over real domains. The gate is a stand-in: a token is the object ID of who shows it. */
export async function openArm() {
  const stack = await openStack()
  const groups = new ResourceGroups(stack)
  const { registry, authorization } = stack
  const gate = {
    admit: async (header: string | undefined): Promise<Caller> => {
      if (header === undefined) throw new SignetError('bearer_missing')
      if (header === 'Bearer revoked') throw new SignetError('bearer_revoked')
      const id = ObjectId.safeParse(header.replace('Bearer ', ''))
      if (!id.success) throw new SignetError('bearer_invalid', 'The "token" cannot be read.')
      return { principal: await registry.require(id.data), uti: 'u', claims: {} }
    },
  }
  const names = {
    authorityUrl: 'https://login.signet.test:7421',
    managementUrl: 'https://management.signet.test:7421',
    graphUrl: 'https://graph.signet.test:7421',
    vaultUrl: 'https://vault.signet.test:7421',
    dashboardUrl: 'http://localhost:7420',
  }
  const log = new SampledLog(stack.log, stack.clock)
  const { vaults } = openVaults({
    ...{ ...stack, vaultUrl: names.vaultUrl, subscriptionId: stack.defaults.subscriptionId },
    access: authorization.access,
    groupNamed: (name) => groups.find(name),
    forgetRights: (tx, armId) => authorization.assignments.scopeRemoved(tx, armId),
  })
  /** A test sets why nothing is served. */
  const quarantine: { refusal?: SignetError } = {}
  const refusal = () => quarantine.refusal
  const { arm, graph } = openManagement({ ...stack, groups, gate, names, log, registry, vaults, refusal })
  const servers = [managementEndpoint(arm), graphEndpoint(graph)].map((listener) => createServer(listener))
  const [base = '', graphBase = ''] = await Promise.all(
    servers.map(
      (server) =>
        new Promise<string>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address()
            resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
          })
        }),
    ),
  )
  const subscription = `/subscriptions/${stack.defaults.subscriptionId}`

  /** A principal with a role, at the subscription unless said otherwise. */
  const caller = async (role?: string, scope = subscription): Promise<ObjectId> => {
    const { objectId } = await stack.database.transact((tx) => registry.createApplication(tx, `client-${newGuid()}`))
    const roleId = builtInRoles.find((each) => each.name === role)?.id
    if (roleId) await authorization.assignments.grant(contextOf(), { principalId: objectId, roleId, scope })
    return objectId
  }
  const send = async (origin: string, path: string, init: RequestInit): Promise<ArmReply> => {
    const response = await fetch(`${origin}${path}`, init)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  return {
    ...{ stack, quarantine, groups, vaults, subscription, base, graphBase, caller, routes: arm.routes.all },
    /** With an api-version and, where there is a body, as JSON. */
    ask: (
      who: ObjectId | null,
      method: string,
      path: string,
      more: { body?: unknown; headers?: Record<string, string>; graph?: true; raw?: true } = {},
    ): Promise<ArmReply> => {
      const version = more.raw || more.graph ? '' : `${path.includes('?') ? '&' : '?'}api-version=2024-11-30`
      const headers = {
        ...(who !== null && { authorization: `Bearer ${who}` }),
        ...(more.body !== undefined && { 'content-type': 'application/json' }),
        ...more.headers,
      }
      const text = typeof more.body === 'string' ? more.body : JSON.stringify(more.body)
      const init = { method, headers, ...(more.body !== undefined && { body: text }) }
      return send(more.graph ? graphBase : base, `${path}${version}`, init)
    },
    close: async () => {
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
      await stack.close()
    },
  }
}

import { authorizationApi } from '@signet/shared/api/authorization'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { contextOf, openStack, type Stack } from '../../test/stack.ts'
import { authorizationHandlers } from './admin-routes.ts'
import { builtInRoles } from './role-definition.ts'

let stack: Stack
let handlers: ReturnType<typeof authorizationHandlers>
let subscription: string
let names = 0

beforeAll(async () => {
  stack = await openStack()
  subscription = `/subscriptions/${stack.defaults.subscriptionId}`
  handlers = authorizationHandlers({ ...stack, accessTerms: { subscription, actions: [] } })
})
afterAll(() => stack.close())

const idOf = (role: string) => builtInRoles.find(({ name }) => name === role)?.id ?? ''
const [secretsUser, reader] = [idOf('Key Vault Secrets User'), idOf('Reader')]
const getSecret = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'
const noReply = { setHeader: () => undefined }
const bare = { params: undefined, body: undefined, ifMatch: undefined }

/** With a query as it comes by HTTP. */
async function list(query: z.input<typeof authorizationApi.assignments.query>) {
  const input = { ...bare, query: authorizationApi.assignments.query.parse(query) }
  return authorizationApi.assignments.response.parse(await handlers.assignments(input, contextOf(), noReply))
}

async function explain(principalId: ObjectId, scope: string) {
  const input = {
    ...bare,
    query: authorizationApi.explain.query.parse({ principalId, action: getSecret, scope, data: 'true' }),
  }
  return authorizationApi.explain.response.parse(await handlers.explain(input, contextOf(), noReply))
}

async function newApplication(): Promise<ObjectId> {
  names += 1
  return (await stack.database.transact((tx) => stack.registry.createApplication(tx, `client-${names}`))).objectId
}

async function give(principalId: ObjectId, roleId: string, scope: string): Promise<string> {
  const wanted = { principalId, roleId, scope }
  return (await stack.authorization.assignments.grant(contextOf(), wanted)).assignment.assignmentId
}

describe('the list of role assignments', () => {
  it('is newest first, page by page, and says how long it is on its first page alone', async () => {
    const principalId = await newApplication()
    for (let each = 0; each < 7; each += 1) {
      // Several come in the same instant: their order is that of their IDs.
      if (each % 3 === 0) stack.clock.advance(1_000)
      await give(principalId, reader, `${subscription}/resourceGroups/group-${each}`)
    }
    const all = await list({ principalId })
    const seen: typeof all.items = []
    let cursor: string | null | undefined
    do {
      const page = await list({ principalId, limit: 2, ...(cursor && { cursor }) })
      expect(page.count?.shown).toBe(cursor === undefined ? 7 : undefined)
      seen.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(seen).toHaveLength(7)
    expect(seen).toEqual(all.items)
    const times = seen.map(({ createdAt }) => createdAt)
    expect(times).toEqual(times.toSorted((one, other) => other - one))
  })

  it('is cut by principal, role, scope and breadth', async () => {
    const principalId = await newApplication()
    const vault = `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/acme`
    const wide = await give(principalId, reader, subscription)
    const narrow = await give(principalId, secretsUser, vault)
    const found = async (query: Parameters<typeof list>[0]) =>
      (await list({ principalId, ...query })).items.map(({ id }) => id)
    expect(await found({ roleId: secretsUser.toUpperCase() })).toEqual([narrow])
    expect(await found({ under: `${subscription}/resourceGroups/RG` })).toEqual([narrow])
    expect(await found({ at: `${subscription}/resourceGroups/rg` })).toEqual([wide])
    expect(await found({ broad: 'true' })).toEqual([wide])
    expect(await found({ broad: 'false' })).toEqual([narrow])
    await expect(list({ under: 'nowhere' })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('marks what went unused for 90 days, and no longer once it allows something', async () => {
    const principalId = await newApplication()
    const id = await give(principalId, reader, '/')
    stack.clock.advance(90 * dayMs - 1)
    expect((await list({ principalId, unused: 'true' })).items).toEqual([])
    stack.clock.advance(1)
    expect((await list({ principalId, unused: 'true' })).items).toMatchObject([
      { id, lastUsedAt: null, isUnused: true },
    ])
    const action = 'Microsoft.Compute/virtualMachines/read'
    stack.authorization.access.authorize({ principalId, action, isData: false, scope: subscription })
    const lastUsedAt = stack.clock.now()
    expect((await list({ principalId, unused: 'false' })).items).toMatchObject([{ id, lastUsedAt, isUnused: false }])
    stack.clock.advance(90 * dayMs)
    expect((await list({ principalId, unused: 'true' })).items).toMatchObject([{ id, lastUsedAt, isUnused: true }])
  })
})

describe('the explanation of an access', () => {
  it('names roles that would allow it, then what was near, then the assignment that does', async () => {
    const principalId = await newApplication()
    const scope = `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/acme`
    const denied = await explain(principalId, scope)
    expect(denied).toMatchObject({
      allowed: false,
      by: null,
      principal: { principalId, kind: 'app', state: 'enabled' },
    })
    expect(denied.remedies[0]).toEqual({ id: secretsUser, name: 'Key Vault Secrets User' })
    const elsewhere = await give(principalId, secretsUser, `${subscription}/resourceGroups/other`)
    expect((await explain(principalId, scope)).nearMisses).toMatchObject([
      { assignmentId: elsewhere, roleId: secretsUser, why: 'other_scope' },
    ])
    const here = await give(principalId, secretsUser, `${subscription}/resourceGroups/rg`)
    expect(await explain(principalId, scope)).toMatchObject({ allowed: true, by: { assignmentId: here }, remedies: [] })
  })

  it('says that a principal is deleted, for it has no rights then', async () => {
    const principalId = await newApplication()
    await give(principalId, secretsUser, '/')
    await stack.database.transact((tx) => stack.registry.delete(tx, contextOf(), principalId))
    await stack.authorization.access.settled()
    expect(await explain(principalId, '/')).toMatchObject({ allowed: false, principal: { state: 'deleted' } })
  })
})

import type { Route } from '@signet/shared/api/contract'
import { csrfHeader } from '@signet/shared/api/operators'
import { Role } from '@signet/shared/vocabulary/permissions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminRoutes } from '../../test/admin-contract.ts'
import { contextOf, dashboardUrl, openStack, type Stack, tamper } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'
import { Secret } from '../platform/secret.ts'
import { cookieNames, sessionIdOf, signedInOf } from './request-guard.ts'
import { csrfTokenOf } from './sessions.ts'

let stack: Stack
let sessionId: Secret

beforeAll(async () => {
  stack = await openStack()
  const { code } = await stack.operators.issueCode(contextOf('console', 'console'))
  sessionId = await stack.operators.signIn(contextOf('anonymous', 'nobody'), { code: code.reveal() })
})

afterAll(() => stack.close())

type Headers = Record<string, string | string[] | undefined>

/** What the dashboard's own page sends. */
const goodHeaders = (): Headers => ({
  cookie: `${cookieNames[0]}=${sessionId.reveal()}`,
  origin: dashboardUrl,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
  [csrfHeader]: csrfTokenOf(sessionId),
})

const admit = (headers: Headers, access: Route['access'] = 'instances.write', method = 'POST') =>
  stack.guard.admit({ method, headers, ip: '192.0.2.1' }, access, newGuid())

describe('a request that changes something', () => {
  it('passes with all of origin, fetch site, token and content type (SEC-20)', async () => {
    await expect(admit(goodHeaders())).resolves.toMatchObject({ actor: { kind: 'operator' }, ip: '192.0.2.1' })
  })

  const foreign: [string, Headers, string, number][] = [
    ['has no origin', { origin: undefined }, 'cross_site_request', 403],
    ['has a foreign origin', { origin: 'http://evil.example' }, 'cross_site_request', 403],
    ['has the origin of another port', { origin: 'http://localhost:7421' }, 'cross_site_request', 403],
    ['has an origin that only starts alike', { origin: `${dashboardUrl}.evil.example` }, 'cross_site_request', 403],
    ['has the origin null', { origin: 'null' }, 'cross_site_request', 403],
    ['has two origins', { origin: [dashboardUrl, dashboardUrl] }, 'cross_site_request', 403],
    ['comes from another site', { 'sec-fetch-site': 'cross-site' }, 'cross_site_request', 403],
    ['comes from a sibling site', { 'sec-fetch-site': 'same-site' }, 'cross_site_request', 403],
    ['was typed by hand', { 'sec-fetch-site': 'none' }, 'cross_site_request', 403],
    ['has no anti-forgery token', { [csrfHeader]: undefined }, 'cross_site_request', 403],
    ['has an empty anti-forgery token', { [csrfHeader]: '' }, 'cross_site_request', 403],
    ['has the token of another session', { [csrfHeader]: csrfTokenOf(new Secret('other')) }, 'cross_site_request', 403],
    ['has its token twice', { [csrfHeader]: ['a', 'b'] }, 'cross_site_request', 403],
    ['has no content type', { 'content-type': undefined }, 'unsupported_media_type', 415],
    ['is a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'unsupported_media_type', 415],
    ['is plain text', { 'content-type': 'text/plain' }, 'unsupported_media_type', 415],
    ['has no cookie', { cookie: undefined }, 'unauthenticated', 401],
    ['has the cookie of a session that never was', { cookie: `${cookieNames[0]}=x` }, 'unauthenticated', 401],
  ]

  it.each(foreign)('that %s is refused (SEC-20)', async (_reason, change, code, status) => {
    await expect(admit({ ...goodHeaders(), ...change })).rejects.toMatchObject({ code, status })
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is recognised by the method %s (SEC-20)', async (method) => {
    const headers = { ...goodHeaders(), origin: undefined }
    await expect(admit(headers, 'instances.write', method)).rejects.toMatchObject({ code: 'cross_site_request' })
  })

  it('is held to its origin on public routes as well, sign-in among them (SEC-20)', async () => {
    const headers = { ...goodHeaders(), origin: 'http://evil.example' }
    await expect(admit(headers, 'public')).rejects.toMatchObject({ code: 'cross_site_request' })
  })

  it('passes without the fetch-site header of newer browsers', async () => {
    await expect(admit({ ...goodHeaders(), 'sec-fetch-site': undefined })).resolves.toBeDefined()
  })
})

describe('a request that only reads', () => {
  it('needs the session and nothing else', async () => {
    const cookie = `other=1; ${cookieNames[1]}=${sessionId.reveal()}; more=2`
    await expect(admit({ cookie }, 'instances.read', 'GET')).resolves.toMatchObject({
      actor: { label: 'Administrator' },
    })
  })

  it.each([undefined, '', 'signet', `x${cookieNames[0]}=abc`, `${cookieNames[0]}=`, [`${cookieNames[0]}=abc`]])(
    'finds no session in the cookie %j',
    (cookie) => {
      expect(sessionIdOf({ method: 'GET', headers: { cookie }, ip: null })).toBeUndefined()
    },
  )

  it('is anonymous on public routes, with or without a session', async () => {
    await expect(admit(goodHeaders(), 'public', 'GET')).resolves.toMatchObject({
      actor: { kind: 'anonymous', id: null },
    })
  })

  it('of a route that looks who is signed in is let through with a session, with none and with one that is over', async () => {
    await expect(admit(goodHeaders(), 'optional-session', 'GET')).resolves.toMatchObject({
      actor: { kind: 'operator' },
    })
    for (const cookie of [undefined, `${cookieNames[0]}=x`]) {
      await expect(admit({ cookie }, 'optional-session', 'GET')).resolves.toMatchObject({
        actor: { kind: 'anonymous' },
      })
    }
  })

  it('finds nobody signed in on the context of the console', () => {
    expect(() => signedInOf(contextOf('console', 'console'))).toThrow('signed-in operator')
  })
})

/** Who may call what, by hand: a route that is not in it fails (SEC-28). */
const everybody: Role[] = ['viewer', 'auditor', 'operator', 'developer', 'admin']
const readers: Role[] = ['viewer', 'auditor', 'operator', 'admin']
const operators: Role[] = ['operator', 'admin']
const testers: Role[] = ['operator', 'developer', 'admin']
const table: Record<string, Role[]> = {
  'GET /setup': everybody,
  'POST /session': everybody,
  'GET /session': everybody,
  'POST /session/step-up': everybody,
  'DELETE /session': everybody,
  'GET /sessions': everybody,
  'DELETE /sessions': everybody,
  'DELETE /sessions/:sessionId': everybody,
  'GET /views': everybody,
  'POST /views': everybody,
  'DELETE /views/:viewId': everybody,
  'GET /instances': readers,
  'GET /instances/facets': readers,
  'GET /instances/export': readers,
  'POST /instances/export': readers,
  'GET /instances/:instanceId': readers,
  'POST /instances': operators,
  'PUT /instances/:instanceId/identity': operators,
  'GET /instances/:instanceId/tokens': readers,
  'GET /instances/:instanceId/tokens/histogram': readers,
  'POST /instances/:instanceId/tags': operators,
  'DELETE /instances/:instanceId': operators,
  'POST /identities/:principalId/pause': operators,
  'POST /identities/:principalId/resume': operators,
  'POST /identities/:principalId/restore': operators,
  'GET /identities/:principalId/blast-radius': readers,
  'GET /applications': readers,
  'GET /applications/facets': readers,
  'GET /applications/export': readers,
  'POST /applications/export': readers,
  'GET /applications/:principalId/tokens': readers,
  'GET /applications/:principalId/tokens/histogram': readers,
  'POST /applications': operators,
  'GET /applications/:principalId': readers,
  'PUT /applications/:principalId': operators,
  'DELETE /applications/:principalId': operators,
  'POST /applications/:principalId/pause': operators,
  'POST /applications/:principalId/resume': operators,
  'POST /applications/:principalId/restore': operators,
  'POST /applications/:principalId/secrets': operators,
  'DELETE /applications/:principalId/secrets/:secretId': operators,
  'POST /applications/:principalId/certificates': operators,
  'PUT /applications/:principalId/certificates/:credentialId': operators,
  'DELETE /applications/:principalId/certificates/:credentialId': operators,
  'GET /identities/:principalId/federated-credentials': readers,
  'POST /identities/:principalId/federated-credentials': operators,
  'GET /identities/:principalId/federated-credentials/:federatedCredentialId': readers,
  'PUT /identities/:principalId/federated-credentials/:federatedCredentialId': operators,
  'DELETE /identities/:principalId/federated-credentials/:federatedCredentialId': operators,
  'POST /identities/:principalId/federated-credentials/test': testers,
  'GET /usage': readers,
  'GET /usage/facets': readers,
  'GET /usage/export': readers,
  'POST /usage/export': readers,
  'GET /usage/principals/:principalId': readers,
  'GET /usage/instances/:instanceId': readers,
  'GET /user-identities': readers,
  'GET /user-identities/facets': readers,
  'GET /user-identities/export': readers,
  'POST /user-identities/export': readers,
  'POST /user-identities': operators,
  'GET /user-identities/:principalId': readers,
  'PUT /user-identities/:principalId': operators,
  'DELETE /user-identities/:principalId': operators,
  'GET /user-identities/:principalId/instances': readers,
  'POST /user-identities/:principalId/attach': operators,
  'POST /user-identities/:principalId/detach': operators,
  'POST /user-identities/:principalId/pause': operators,
  'POST /user-identities/:principalId/resume': operators,
  'POST /user-identities/:principalId/restore': operators,
  'GET /user-identities/:principalId/tokens': readers,
  'GET /user-identities/:principalId/tokens/histogram': readers,
  'GET /instances/:instanceId/user-identities': readers,
  'GET /identities/:principalId/token-lifetime': readers,
  'PUT /identities/:principalId/token-lifetime': operators,
  'GET /identities/:principalId/roles': readers,
  'GET /resource-groups': readers,
  'POST /resource-groups': operators,
  'GET /alerts': readers,
  'GET /alerts/count': readers,
  'GET /alerts/:alertId': readers,
  'POST /alerts/:alertId/acknowledge': operators,
  'GET /webhooks': ['admin'],
  'POST /webhooks': ['admin'],
  'GET /webhooks/:webhookId': ['admin'],
  'PUT /webhooks/:webhookId': ['admin'],
  'DELETE /webhooks/:webhookId': ['admin'],
  'POST /webhooks/:webhookId/secret': ['admin'],
  'POST /webhooks/:webhookId/test': ['admin'],
  'GET /webhooks/:webhookId/deliveries': ['admin'],
  'GET /webhooks/:webhookId/deliveries/:deliveryId': ['admin'],
  'POST /webhooks/:webhookId/deliveries/:deliveryId/resend': ['admin'],
  'GET /expiries': readers,
  'GET /signing-keys': readers,
  'POST /signing-keys/:kid/emergency-rotation': ['admin'],
  'DELETE /signing-keys/:kid': ['admin'],
  'POST /signing-keys/:kid/hold': ['admin'],
  'POST /tokens/:uti/revocation': ['operator', 'admin'],
  'POST /identities/:principalId/token-revocation': ['operator', 'admin'],
  'GET /identities/:principalId/propagation': readers,
  'GET /jobs/:jobId/propagation': readers,
  'GET /resource-groups/:name': readers,
  'POST /resource-groups/:name/pause': operators,
  'POST /resource-groups/:name/resume': operators,
  'GET /audiences': readers,
  'GET /audiences/facets': readers,
  'GET /audiences/export': readers,
  'POST /audiences/export': readers,
  'POST /audiences': ['admin'],
  'GET /audiences/:audienceId': readers,
  'PUT /audiences/:audienceId': ['admin'],
  'POST /audiences/:audienceId/disable': ['admin'],
  'POST /audiences/:audienceId/enable': ['admin'],
  'DELETE /audiences/:audienceId': ['admin'],
  'GET /audiences/:audienceId/assignments': readers,
  'POST /audiences/:audienceId/assignments': ['admin'],
  'DELETE /audiences/:audienceId/assignments/:assignmentId': ['admin'],
  'GET /rotations': readers,
  'GET /rotations/timeline': readers,
  'GET /rotations/load': readers,
  'GET /backups': ['auditor', 'operator', 'admin'],
  'POST /backups': ['admin'],
  'POST /restore/release': ['admin'],
  'GET /certificate-authorities': readers,
  'POST /certificate-authorities/:id/rotation': ['admin'],
  'POST /certificate-authorities/:id/key-export': ['admin'],
  'POST /agents/:agentId/recovery': operators,
  'GET /certificates': readers,
  'GET /certificates/export': readers,
  'POST /certificates/export': readers,
  'GET /evidence/held': readers,
  'GET /evidence/tokens/:uti': readers,
  'GET /evidence/requests/:correlationId': readers,
  'POST /rollouts/preview': operators,
  'POST /rollouts': operators,
  'GET /rollouts': readers,
  'GET /rollouts/:rolloutId': readers,
  'GET /rollouts/:rolloutId/items': readers,
  'POST /rollouts/:rolloutId/pause': operators,
  'POST /rollouts/:rolloutId/resume': operators,
  'POST /rollouts/:rolloutId/cancel': operators,
  'POST /rollouts/:rolloutId/rollback': operators,
  'GET /rotations/export': readers,
  'POST /rotations/reviews': ['auditor', 'operator', 'admin'],
  'GET /rotations/:runId': readers,
  'GET /identities/:principalId/credentials': readers,
  'GET /identities/:principalId/credentials/:credentialId/certificate': readers,
  'POST /identities/:principalId/rotations': operators,
  'GET /rotations/calendar': readers,
  'GET /rotations/planned': readers,
  'GET /rotation-policies': readers,
  'GET /rotation-policies/reach': readers,
  'POST /rotation-policies/preview': readers,
  'POST /rotation-policies': ['admin'],
  'GET /rotation-policies/:policyId': readers,
  'PUT /rotation-policies/:policyId': ['admin'],
  'DELETE /rotation-policies/:policyId': ['admin'],
  'GET /identities/:principalId/rotation-policies': readers,
  'GET /rotation-freezes': readers,
  'PUT /rotation-freezes/:policyId': operators,
  'DELETE /rotation-freezes/:policyId': operators,
  'GET /identities/:principalId/drills': readers,
  'POST /identities/:principalId/drills': operators,
  'POST /identities/:principalId/emergency-rotation': operators,
  'POST /rotations/:runId/keep': operators,
  'POST /rotations/:runId/retire': operators,
  'POST /rotations/:runId/rollback': operators,
  'POST /instances/:instanceId/join-tokens': operators,
  'GET /token-tests/targets': testers,
  'POST /token-tests': testers,
  'POST /token-tests/:testId/reveal': ['admin'],
  'GET /token-tests/keys': testers,
  'GET /token-tests/:testId': testers,
  'GET /traces': testers,
  'GET /traces/:traceId': testers,
  'POST /token-lookups': testers,
  'POST /bulk/preview': operators,
  'POST /bulk': operators,
  'GET /jobs': readers,
  'GET /jobs/:jobId': readers,
  'GET /jobs/:jobId/items': readers,
  'GET /jobs/:jobId/export': readers,
  'POST /jobs/:jobId/pause': operators,
  'POST /jobs/:jobId/resume': operators,
  'POST /jobs/:jobId/cancel': operators,
  'POST /jobs/:jobId/retry': operators,
  'POST /jobs/:jobId/undo': operators,
  'GET /audit': ['auditor', 'admin'],
  'GET /audit/count': ['auditor', 'admin'],
  'GET /audit/histogram': ['auditor', 'admin'],
  'GET /audit/:eventId': ['auditor', 'admin'],
  'GET /unseal': everybody,
  'GET /root-key': everybody,
  'GET /resolve/:anything': everybody,
  'GET /openapi.json': everybody,
  'GET /audit/export': ['auditor', 'admin'],
  'GET /overview': readers,
  'GET /attention': readers,
  'GET /clock': readers,
  'POST /clock/confirmation': ['admin'],
  'GET /demo': everybody,
  'DELETE /demo': ['admin'],
  'GET /roles': readers,
  'POST /roles': ['admin'],
  'GET /roles/:roleId': readers,
  'PUT /roles/:roleId': ['admin'],
  'DELETE /roles/:roleId': ['admin'],
  'GET /role-assignments': readers,
  'POST /role-assignments': ['admin'],
  'GET /role-assignments/:assignmentId': readers,
  'DELETE /role-assignments/:assignmentId': ['admin'],
  'GET /access/preview': ['admin'],
  'GET /access/terms': readers,
  'GET /access/explanation': readers,
  'GET /access/holders': readers,
  'GET /vaults': readers,
  'POST /vaults': operators,
  'GET /vaults/:vaultName': readers,
  'PUT /vaults/:vaultName': operators,
  'DELETE /vaults/:vaultName': operators,
  'POST /vaults/:vaultName/recover': operators,
  'POST /vaults/:vaultName/purge': operators,
  'GET /vaults/:vaultName/secrets': readers,
  'GET /vaults/:vaultName/secrets/:secretName': readers,
  'GET /vaults/:vaultName/secrets/:secretName/versions': readers,
  'GET /vaults/:vaultName/secrets/:secretName/versions/:versionId': readers,
  'GET /vaults/:vaultName/secrets/:secretName/uses': readers,
  'POST /vaults/:vaultName/secrets/:secretName/versions': operators,
  'PUT /vaults/:vaultName/secrets/:secretName/versions/:versionId': operators,
  'DELETE /vaults/:vaultName/secrets/:secretName': operators,
  'POST /vaults/:vaultName/secrets/:secretName/recover': operators,
  'POST /vaults/:vaultName/secrets/:secretName/purge': operators,
  'POST /vaults/:vaultName/secrets/:secretName/versions/:versionId/reveal': ['admin'],
}

describe('the roles', () => {
  it('are stated for every route there is, and for no other (SEC-28)', () => {
    expect(adminRoutes.map(([name]) => name).sort()).toEqual(Object.keys(table).sort())
  })

  describe.each(Role.options)('%s', (role) => {
    beforeAll(() => tamper(stack, `UPDATE operators SET role = '${role}'`))
    afterAll(() => tamper(stack, "UPDATE operators SET role = 'admin'"))

    it.each(adminRoutes)('is held to the table on %s (SEC-27)', async (name, route) => {
      const answer = admit(goodHeaders(), route.access, route.method)
      if (table[name]?.includes(role)) await expect(answer).resolves.toBeDefined()
      else await expect(answer).rejects.toMatchObject({ code: 'forbidden', status: 403 })
    })
  })

  it('open nothing but the public routes to somebody who is not signed in (SEC-27)', async () => {
    const open: string[] = []
    for (const [name, route] of adminRoutes) {
      const answer = await admit({ ...goodHeaders(), cookie: undefined }, route.access, route.method).catch(
        () => undefined,
      )
      if (answer) open.push(name)
    }
    expect(open).toEqual(['GET /demo', 'GET /session', 'GET /setup', 'GET /unseal', 'POST /session'])
  })
})

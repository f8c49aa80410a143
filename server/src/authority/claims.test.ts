import { ClientId, ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { describe, expect, it } from 'vitest'
import type { Principal } from '../principals/index.ts'
import { accessTokenClaims, type ClaimInput } from './claims.ts'
import { issuerOf } from './issuer.ts'

const tenantId = TenantId.parse('11111111-2222-4333-8444-555555555555')
const issuer = issuerOf({ authorityUrl: 'https://login.signet.test', tenantId, tenantDomain: 'signet.local' })
const principal: Principal = {
  objectId: ObjectId.parse('aaaaaaaa-0000-4000-8000-000000000001'),
  clientId: ClientId.parse('bbbbbbbb-0000-4000-8000-000000000001'),
  tenantId,
  kind: 'system',
  displayName: 'vm-1',
  ownerInstanceId: null,
  armId: '/subscriptions/s/resourceGroups/Default/providers/Microsoft.Compute/virtualMachines/resourceGroups',
  tokenLifetimeSeconds: null,
  state: 'enabled',
  deletedAt: null,
  purgeAt: null,
  suspendedWith: null,
  tokensRevokedAt: null,
  createdAt: 0,
  version: 1,
}
const nowSeconds = 1_795_000_000
const appId = 'cccccccc-0000-4000-8000-000000000001'
const input = (more: Partial<ClaimInput> = {}): ClaimInput => ({
  issuer,
  principal,
  resource: 'https://vault.azure.net/',
  app: { appId, tokenVersion: 1 },
  byKey: true,
  nowSeconds,
  lifetimeSeconds: 3_600,
  uti: 'AAAAAAAAAAAAAAAAAAAAAA',
  ...more,
})
const common = {
  iat: nowSeconds - 300,
  nbf: nowSeconds - 300,
  exp: nowSeconds + 3_600,
  idtyp: 'app',
  oid: principal.objectId,
  sub: principal.objectId,
  tid: tenantId,
  uti: 'AAAAAAAAAAAAAAAAAAAAAA',
  xms_mirid: '/subscriptions/s/resourcegroups/Default/providers/Microsoft.Compute/virtualMachines/resourceGroups',
}

describe('claims of an access token (wire-protocol 3.6, SEC-83)', () => {
  it('are those of v1, with the resource as it was asked for', () => {
    expect(accessTokenClaims(input())).toEqual({
      ...common,
      aud: 'https://vault.azure.net/',
      iss: `https://login.signet.test/${tenantId}/`,
      idp: `https://login.signet.test/${tenantId}/`,
      appid: principal.clientId,
      appidacr: '2',
      ver: '1.0',
    })
  })

  it('are those of v2 when the resource wants v2, with its application as audience', () => {
    expect(accessTokenClaims(input({ app: { appId, tokenVersion: 2 } }))).toEqual({
      ...common,
      aud: appId,
      iss: `https://login.signet.test/${tenantId}/v2.0`,
      azp: principal.clientId,
      azpacr: '2',
      ver: '2.0',
    })
  })

  it('are not backdated when a challenge asks for a token that is not older than now', () => {
    expect(accessTokenClaims(input({ notBeforeSeconds: nowSeconds - 10 }))).toMatchObject({
      iat: nowSeconds,
      nbf: nowSeconds,
      exp: nowSeconds + 3_600,
    })
  })
})

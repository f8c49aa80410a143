import type { Principal } from '../principals/index.ts'
import type { Issuer } from './issuer.ts'
import { certificateClaim } from './token-file.ts'

/** Tokens are valid from five minutes before they were made, as the cloud's are, for clocks that are late. */
export const backdateSeconds = 300

export interface ClaimInput {
  readonly issuer: Issuer
  readonly principal: Principal
  /** As asked for, byte for byte; v2 tokens name the resource's application instead. */
  readonly resource: string
  readonly app: { readonly appId: string; readonly tokenVersion: 1 | 2 }
  /** Thumbprint of the certificate that the content of a token file was got with. */
  readonly certificate?: string | undefined
  /** Whether the client proved itself with a key rather than with a secret. */
  readonly byKey: boolean
  readonly nowSeconds: number
  readonly lifetimeSeconds: number
  /** Unique token ID: 22 characters of base64url. */
  readonly uti: string
  /** Values of the app roles that the client has at the resource. */
  readonly roles?: readonly string[] | undefined
  /** Resource ID of the instance that asks with a user-assigned identity, where that is known. */
  readonly asker?: string | undefined
  /** What the client declared it can handle, where the resource wants to know. */
  readonly capabilities?: readonly string[] | undefined
  /** A claims challenge asked for a token not older than this (epoch seconds); no backdating then. */
  readonly notBeforeSeconds?: number | undefined
}

/** Claims of an access token (wire-protocol §3.6); the resource decides on its version. */
export function accessTokenClaims(input: ClaimInput): Record<string, unknown> {
  const { issuer, principal, app, nowSeconds } = input
  const issuedAt = input.notBeforeSeconds === undefined ? nowSeconds - backdateSeconds : nowSeconds
  const isV1 = app.tokenVersion === 1
  const iss = isV1 ? issuer.v1 : issuer.v2
  const acr = input.byKey ? '2' : '1'
  return {
    aud: isV1 ? input.resource : app.appId,
    iss,
    iat: issuedAt,
    nbf: issuedAt,
    exp: nowSeconds + input.lifetimeSeconds,
    ...(isV1 ? { appid: principal.clientId, appidacr: acr, idp: iss } : { azp: principal.clientId, azpacr: acr }),
    idtyp: 'app',
    oid: principal.objectId,
    sub: principal.objectId,
    ...(input.roles !== undefined && input.roles.length > 0 && { roles: input.roles }),
    tid: principal.tenantId,
    uti: input.uti,
    ver: isV1 ? '1.0' : '2.0',
    ...(input.asker !== undefined && { xms_az_rid: lowerGroups(input.asker) }),
    ...(input.capabilities !== undefined && input.capabilities.length > 0 && { xms_cc: input.capabilities }),
    ...(input.certificate !== undefined && { [certificateClaim]: input.certificate }),
    ...(principal.armId !== null && { xms_mirid: lowerGroups(principal.armId) }),
  }
}

/** As tokens spell a resource ID: `resourcegroups` in lower case, the rest as stored. */
function lowerGroups(armId: string): string {
  return armId.replace(/\/resourcegroups\//i, '/resourcegroups/')
}

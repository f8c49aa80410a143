import { z } from 'zod'

/**
 * The local token endpoints of managed identities, as unmodified clients call them: IMDS of virtual machines and
 * App Service 2019-08-01. Shapes and spellings only; who may ask is the agent's business.
 */
export const localPaths = {
  imdsToken: '/metadata/identity/oauth2/token',
  imdsInfo: '/metadata/identity/info',
  /** 404 on purpose: 400 here tells MSAL.NET that the certificate-bound protocol is served. */
  imdsPlatformMetadata: '/metadata/identity/getplatformmetadata',
  appService: '/msi/token',
} as const

const decimal = z.string().regex(/^\d+$/)

/**
 * The success body of every dialect. All numbers are decimal strings; `expires_in` stands before `expires_on`, because
 * MSAL.NET maps both onto one property and the last one wins. `resource` is the request's, byte for byte.
 */
export const ManagedIdentityToken = z.object({
  access_token: z.string(),
  client_id: z.string(),
  object_id: z.string(),
  /** ARM identifier of a user-assigned identity; absent for a system-assigned one. */
  msi_res_id: z.string().optional(),
  expires_in: decimal,
  expires_on: decimal,
  ext_expires_in: decimal,
  not_before: decimal,
  resource: z.string(),
  token_type: z.literal('Bearer'),
})
export type ManagedIdentityToken = z.infer<typeof ManagedIdentityToken>

export const ImdsError = z.strictObject({ error: z.string(), error_description: z.string() })
export type ImdsError = z.infer<typeof ImdsError>

export const AppServiceError = z.strictObject({
  statusCode: z.int(),
  message: z.string(),
  correlationId: z.guid(),
})
export type AppServiceError = z.infer<typeof AppServiceError>

/** What a selector names: the client ID, the object ID or the ARM identifier of an identity. */
export type SelectorKind = 'clientId' | 'objectId' | 'resourceId'

/** Every spelling of a selector, in both dialects. */
export const selectorParameters: Readonly<Record<string, SelectorKind>> = {
  client_id: 'clientId',
  object_id: 'objectId',
  principal_id: 'objectId',
  msi_res_id: 'resourceId',
  mi_res_id: 'resourceId',
}

const date = /^\d{4}-\d{2}-\d{2}$/

/** The first version each dialect answers; later dates are accepted, earlier ones are not. */
export const firstApiVersion = { imds: '2018-02-01', 'app-service': '2019-08-01' } as const

export function isApiVersionAccepted(dialect: keyof typeof firstApiVersion, version: string): boolean {
  return date.test(version) && version >= firstApiVersion[dialect]
}

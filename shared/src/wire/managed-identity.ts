import { z } from 'zod'

/**
 * The local token endpoints of managed identities, as unmodified clients call them. Shapes and spellings only; who may
 * ask is the agent's business. `/metadata/identity/getplatformmetadata` is missing on purpose: anything but 404 there
 * tells MSAL.NET that the certificate-bound protocol is served.
 */
export const localPaths = {
  imdsToken: '/metadata/identity/oauth2/token',
  imdsInfo: '/metadata/identity/info',
  imdsInstance: '/metadata/instance',
  imdsVersions: '/metadata/versions',
  /** 2019-08-01 and, by its api-version, 2017-09-01. */
  appService: '/msi/token',
  machineLearning: '/ml/token',
  /** Of Cloud Shell, and of the VM extension before IMDS. */
  cloudShell: '/oauth2/token',
  arc: '/arc/oauth2/token',
  serviceFabric: '/metadata/identity/oauth2/token',
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

/** Of Cloud Shell and of Service Fabric, which adds a correlation ID. */
export const NestedError = z.strictObject({
  error: z.strictObject({ correlationId: z.guid().optional(), code: z.string(), message: z.string() }),
})
export type NestedError = z.infer<typeof NestedError>

/** What a selector names: the client ID, the object ID or the ARM identifier of an identity. */
export type SelectorKind = 'clientId' | 'objectId' | 'resourceId'

/** Every spelling of a selector but that of 2017-09-01 and Machine Learning, who know `clientid` alone. */
export const selectorParameters: Readonly<Record<string, SelectorKind>> = {
  client_id: 'clientId',
  object_id: 'objectId',
  principal_id: 'objectId',
  msi_res_id: 'resourceId',
  mi_res_id: 'resourceId',
}

/** The first version each dialect answers; later dates are accepted, earlier ones are not. */
export const firstApiVersion = {
  imds: '2018-02-01',
  'app-service': '2019-08-01',
  'app-service-2017': '2017-09-01',
  'machine-learning': '2017-09-01',
  // What azidentity sends.
  arc: '2019-08-15',
  'service-fabric': '2019-07-01-preview',
} as const

const date = /^\d{4}-\d{2}-\d{2}(-preview)?$/

export function isApiVersionAccepted(dialect: keyof typeof firstApiVersion, version: string): boolean {
  const first = firstApiVersion[dialect]
  const parts = date.exec(version)
  return parts !== null && (parts[1] === undefined || first.endsWith(parts[1])) && version >= first
}

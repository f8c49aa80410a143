import { SignetError } from '../platform/signet-error.ts'

const defaultSuffix = '/.default'
/** MSAL for Go sends these on client_credentials; they mean nothing there (wire-protocol rule 10). */
const ignoredScopes = new Set(['openid', 'profile', 'offline_access', 'email'])
const mostLength = 500

/**
 * The resource a v2 `scope` asks for: exactly one `{resource}/.default`, of which exactly one suffix is taken off, so
 * that `https://x//.default` means `https://x/`.
 *
 * @throws SignetError `parameter_missing` | `scope_malformed` | `scope_not_default` | `scope_ambiguous`
 */
export function resourceOfScope(scope: string | undefined): string {
  if (!scope?.trim()) throw new SignetError('parameter_missing', "The request body must contain the parameter 'scope'.")
  const scopes = scope
    .trim()
    .split(/ +/)
    .filter((one) => !ignoredScopes.has(one))
  const [only, ...more] = scopes
  if (only === undefined) throw new SignetError('scope_not_default')
  if (more.length > 0) throw new SignetError('scope_ambiguous')
  if (only.length > mostLength) throw new SignetError('scope_malformed')
  if (!only.endsWith(defaultSuffix)) throw new SignetError('scope_not_default')
  const resource = only.slice(0, -defaultSuffix.length)
  if (!resource) throw new SignetError('scope_malformed')
  return resource
}

/** The resource a v1 request names. @throws SignetError `parameter_missing` | `resource_unknown` */
export function resourceOfV1(resource: string | undefined): string {
  if (!resource?.trim()) {
    throw new SignetError('parameter_missing', "The request body must contain the parameter 'resource'.")
  }
  if (resource.length > mostLength) throw new SignetError('resource_unknown')
  return resource
}

/** How a resource is looked up: trailing slashes do not tell two registered resources apart, case does. */
export function resourceKey(resource: string): string {
  return resource.replace(/\/{1,2}$/, '')
}

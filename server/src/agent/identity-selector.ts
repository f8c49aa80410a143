import { type SelectorKind, selectorParameters } from '@signet/shared/wire/managed-identity'
import { SignetError } from '../platform/signet-error.ts'

/** What is known of an identity that is assigned to this instance. */
export interface AssignedIdentity {
  readonly objectId: string
  readonly clientId: string
  /** ARM identifier of a user-assigned identity; null for a system-assigned one. */
  readonly resourceId: string | null
  readonly kind: 'system' | 'user'
}

export interface Selector {
  readonly kind: SelectorKind
  readonly value: string
}

/**
 * The selector among decoded query parameters, if there is one.
 *
 * @param spellings of the dialect
 * @throws SignetError `invalid_request` for more than one (SEC-103)
 */
export function readSelector(
  parameters: ReadonlyMap<string, string>,
  spellings: Readonly<Record<string, SelectorKind>> = selectorParameters,
): Selector | undefined {
  const found: (Selector & { name: string })[] = []
  for (const [name, value] of parameters) {
    const kind = Object.hasOwn(spellings, name) ? spellings[name] : undefined
    if (kind) found.push({ name, kind, value })
  }
  if (found.length > 1) {
    const names = found.map((one) => one.name).join(', ')
    throw new SignetError('invalid_request', `Only one of ${names} may be given.`)
  }
  return found[0]
}

/**
 * The selector of the dialects that know `clientid` alone; an empty one is none, since Go sends it so. Another spelling is
 * refused: passing it by would give out the token of another identity than the one that was meant.
 *
 * @throws SignetError `invalid_request`
 */
export function readClientId(parameters: ReadonlyMap<string, string>): Selector | undefined {
  if (readSelector(parameters)) throw new SignetError('invalid_request', "Only 'clientid' selects an identity here.")
  const value = parameters.get('clientid')
  return value ? { kind: 'clientId', value } : undefined
}

/**
 * The identity a caller means (wire-protocol §2.1). Foreign, unknown and disabled ones are the same to the caller.
 *
 * @param fallBackToUser IMDS only: without a selector and without a system identity, take the only user-assigned one
 * @throws SignetError `identity_not_found` | `invalid_request` when several could be meant
 */
export function selectIdentity<T extends AssignedIdentity>(
  assigned: readonly T[],
  selector: Selector | undefined,
  fallBackToUser: boolean,
): T {
  if (selector) {
    const match = assigned.find((identity) => identity[selector.kind]?.toLowerCase() === selector.value.toLowerCase())
    if (match) return match
    throw new SignetError('identity_not_found')
  }
  const system = assigned.find((identity) => identity.kind === 'system')
  if (system) return system
  if (!fallBackToUser) throw new SignetError('identity_not_found')
  const [only, another] = assigned
  if (another) {
    throw new SignetError(
      'invalid_request',
      'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request',
    )
  }
  if (only) return only
  throw new SignetError('identity_not_found')
}

import type { ErrorCode } from '../errors.ts'

/** A number of the authority's errors, explained to people. */
export interface AadstsMeaning {
  /** The code of the catalogue that Signet answers with this number first; null for numbers only the cloud uses. */
  readonly code: ErrorCode | null
  readonly says: string
  readonly mend: string
}

const meaning = (code: ErrorCode | null, says: string, mend: string): AadstsMeaning => ({ code, says, mend })

const form = 'Compare the request with what the client library should send.'
const federate =
  'Compare issuer, subject and audience with the federated credentials, or paste the token into their tester.'
const rotate = 'Rotate the certificate of the identity, and use the newest one.'

/** Error numbers that clients of an authority meet (wire-protocol §3.7); those with a code are Signet's own answers. */
export const aadstsMeanings: Readonly<Record<number, AadstsMeaning>> = {
  28002: meaning('scope_ambiguous', 'The scope names more than one resource.', 'Ask for one resource at a time.'),
  50001: meaning('resource_disabled', 'The resource is registered but disabled.', 'Enable it, or ask for another one.'),
  50013: meaning(
    null,
    'The user assertion is not acceptable.',
    'Signet has no on-behalf-of flow; use client credentials.',
  ),
  50027: meaning('assertion_malformed', 'The client assertion is not a JWT.', 'Send a signed JWT in compact form.'),
  50049: meaning(
    'authority_host_unknown',
    'The authority host is not known.',
    'Turn instance discovery off in the client.',
  ),
  50196: meaning(
    'too_many_requests',
    'The client asks too often.',
    'Wait as long as Retry-After says, and cache tokens.',
  ),
  70003: meaning('grant_unsupported', 'The grant type is not supported.', 'Use client_credentials.'),
  70011: meaning('scope_malformed', 'The scope is malformed.', 'Send one scope: the resource, followed by /.default.'),
  90002: meaning(
    'tenant_unknown',
    'There is no such tenant here.',
    'Check the tenant in the address of the authority.',
  ),
  90024: meaning(
    'internal',
    'Something went wrong inside the authority.',
    'Look into the server’s log for the correlation ID.',
  ),
  90033: meaning('unavailable', 'The authority cannot answer at the moment.', 'Try again in a few seconds.'),
  500011: meaning(
    'resource_unknown',
    'The resource is not registered in this tenant.',
    'Check its spelling, or register it as an audience.',
  ),
  501051: meaning(
    'role_missing',
    'The resource issues tokens only to identities that have one of its roles, and this one has none.',
    'Assign it a role of the audience.',
  ),
  700016: meaning(
    'client_unknown',
    'No application with this client ID is in this tenant.',
    'Check client ID and tenant; the identity may have been turned off and on again.',
  ),
  700021: meaning(
    'assertion_subject_wrong',
    'The client assertion speaks for another client.',
    'iss and sub of the assertion must both be the client ID.',
  ),
  700023: meaning(
    'assertion_audience_wrong',
    'The client assertion is meant for somebody else.',
    'Its aud must be the token endpoint or the issuer of this authority.',
  ),
  700024: meaning(
    'assertion_expired',
    'The client assertion is not within its validity.',
    'Check the clocks of client and server.',
  ),
  700027: meaning(
    'assertion_key_unknown',
    'The certificate or the signature of the client assertion is not accepted, or the assertion was used before.',
    rotate,
  ),
  700211: meaning('federation_issuer_unknown', 'No federated credential has this issuer.', federate),
  700212: meaning('federation_audience_unknown', 'No federated credential has this audience.', federate),
  700213: meaning('federation_subject_unknown', 'No federated credential has this subject.', federate),
  900023: meaning(
    'tenant_malformed',
    'The tenant in the address is neither a GUID nor a domain name.',
    'Check the tenant in the address of the authority.',
  ),
  900046: meaning('not_found', 'The authority has no such address.', 'Check the path of the request.'),
  900144: meaning('parameter_missing', 'A required parameter is missing; the message names it.', form),
  900561: meaning('method_not_allowed', 'The address does not take that method.', 'Tokens are asked for with POST.'),
  1000502: meaning('credential_expired', 'The certificate is outside its validity.', rotate),
  1002012: meaning(
    'scope_not_default',
    'The scope must end in /.default.',
    'Ask for the resource, followed by /.default.',
  ),
  7000112: meaning('client_disabled', 'The identity is paused or turned off.', 'Resume it, or turn it on.'),
  7000214: meaning('credential_revoked', 'The certificate was revoked.', rotate),
  7000215: meaning(
    'client_secret_wrong',
    'The client secret is wrong.',
    'Send the value of a secret of this application, not its ID; it may have been removed.',
  ),
  7000218: meaning(
    'client_authentication_missing',
    'The request carries no proof of the client, or more than one.',
    'Send exactly one client assertion.',
  ),
  7000222: meaning(
    'client_secret_expired',
    'The client secret has expired.',
    'Create another secret for the application, and use it.',
  ),
  7000229: meaning(null, 'The application has no service principal in this tenant.', 'Check the tenant.'),
  7000232: meaning(
    'client_secret_refused',
    'A managed identity cannot use a client secret.',
    'Use the local endpoint of the instance.',
  ),
  7002138: meaning(
    'federation_subject_case',
    'The subject differs from that of a federated credential in upper and lower case only.',
    'Write the subject in the federated credential exactly as the token has it.',
  ),
  9000410: meaning('invalid_request', 'The request is malformed.', form),
}

/** The error number in a text such as `AADSTS500011: …`, or undefined. */
export function aadstsNumberIn(text: string): number | undefined {
  const [, digits] = /AADSTS(\d{4,8})\b/i.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits)
}

export function aadstsMeaningOf(number: number): AadstsMeaning | undefined {
  return Object.hasOwn(aadstsMeanings, number) ? aadstsMeanings[number] : undefined
}

import { ErrorCode, errorCatalogue } from '@signet/shared/errors'
import { aadstsMeaningOf, aadstsNumberIn } from '@signet/shared/wire/aadsts'
import { z } from 'zod'

/** What a pasted text is. Told here, in the browser; nothing is sent, evaluated or followed. */
export type Decoded =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'token'
      readonly token: string
      readonly header: Record<string, unknown>
      readonly claims: Record<string, unknown>
      readonly isSigned: boolean
    }
  | {
      readonly kind: 'error'
      readonly source: string
      readonly message: string
      readonly meaning: Meaning | undefined
      readonly ids: readonly FoundId[]
    }
  | { readonly kind: 'number'; readonly number: number; readonly meaning: Meaning | undefined }
  | { readonly kind: 'id'; readonly id: FoundId }
  | { readonly kind: 'unknown'; readonly why: string }

export interface Meaning {
  readonly says: string
  readonly mend: string | null
}

export interface FoundId {
  readonly kind: 'correlation' | 'uti' | 'kid'
  readonly value: string
}

export const longestInput = 1_048_576
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const jwt = /^[\w-]+\.[\w-]+\.[\w-]*$/

/** Explains a token, an error of the authority, of a local endpoint or of a resource manager, or an ID. Never throws. */
export function decodeInput(input: string): Decoded {
  if (input.length > longestInput) return { kind: 'unknown', why: 'This is longer than 1 MiB.' }
  const text = input
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer\s+/i, '')
    .replace(/^(["'])(.*)\1$/s, '$2')
  if (text === '') return { kind: 'empty' }
  if (jwt.test(text)) return decodeToken(text)
  if (guid.test(text)) return { kind: 'id', id: { kind: 'correlation', value: text.toLowerCase() } }
  if (text.startsWith('{') || text.startsWith('[')) return decodeJson(text)
  const number = aadstsNumberIn(text) ?? (/^\d{5,8}$/.test(text) ? Number(text) : undefined)
  if (number !== undefined) return { kind: 'number', number, meaning: meaningOfNumber(number) }
  if (/^[\w-]{22}$/.test(text)) return { kind: 'id', id: { kind: 'uti', value: text } }
  if (/^[\w-]{27}$/.test(text)) return { kind: 'id', id: { kind: 'kid', value: text } }
  const meaning = meaningOfLocal(text)
  if (meaning) return { kind: 'error', source: 'a local endpoint', message: text, meaning, ids: [] }
  return { kind: 'unknown', why: 'This is neither a token, nor an error, nor an ID that is known here.' }
}

function decodeToken(token: string): Decoded {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const header = partOf(head)
  const claims = partOf(payload)
  if (!header || !claims)
    return { kind: 'unknown', why: 'It has the form of a token, but its parts are not JSON objects.' }
  return { kind: 'token', token, header, claims, isSigned: signature !== '' }
}

function partOf(part: string): Record<string, unknown> | undefined {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0))
    return objectOf(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

const TokenAnswer = z.object({ access_token: z.string() })
const AuthorityError = z.object({
  error: z.string(),
  error_description: z.string().default(''),
  correlation_id: z.string().optional(),
  error_codes: z.array(z.number()).optional(),
})
const AppServiceError = z.object({ statusCode: z.number(), message: z.string(), correlationId: z.string().optional() })
const ArmError = z.object({ error: z.object({ code: z.string(), message: z.string().default('') }) })
const SignetProblem = z.object({
  code: ErrorCode,
  detail: z.string(),
  requestId: z.string(),
  fix: z.string().optional(),
})

function decodeJson(text: string): Decoded {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'unknown', why: 'It begins like JSON, but is not whole.' }
  }
  const token = TokenAnswer.safeParse(value).data
  if (token && jwt.test(token.access_token)) return decodeToken(token.access_token)
  const authority = AuthorityError.safeParse(value).data
  if (authority) return authorityError(authority)
  const problem = SignetProblem.safeParse(value).data
  if (problem) {
    const meaning = { says: errorCatalogue[problem.code].title, mend: problem.fix ?? null }
    return { kind: 'error', source: 'the admin API', message: problem.detail, meaning, ids: idsOf(problem.requestId) }
  }
  const arm = ArmError.safeParse(value).data
  if (arm) {
    const { code, message } = arm.error
    const meaning = Object.hasOwn(armMeanings, code) ? armMeanings[code] : undefined
    return { kind: 'error', source: 'a resource manager or vault', message: `${code}: ${message}`, meaning, ids: [] }
  }
  const app = AppServiceError.safeParse(value).data
  if (app) {
    const ids = idsOf(app.correlationId)
    const meaning = meaningOfText(app.message)
    return { kind: 'error', source: 'the App Service endpoint', message: app.message, meaning, ids }
  }
  return { kind: 'unknown', why: 'It is JSON, but no error that is known here.' }
}

function authorityError(error: z.infer<typeof AuthorityError>): Decoded {
  const said = error.error_description
  const number = error.error_codes?.[0] ?? aadstsNumberIn(said)
  const meaning = number === undefined ? meaningOfLocal(said) : meaningOfNumber(number)
  const source = error.correlation_id === undefined ? 'a local endpoint' : 'the authority'
  const inText = /Correlation ID: ([0-9a-f-]{36})/i.exec(said)?.[1]
  return {
    kind: 'error',
    source,
    message: `${error.error}: ${said}`,
    meaning,
    ids: idsOf(error.correlation_id ?? inText),
  }
}

function idsOf(value: string | undefined): FoundId[] {
  return value !== undefined && guid.test(value) ? [{ kind: 'correlation', value: value.toLowerCase() }] : []
}

function meaningOfText(text: string): Meaning | undefined {
  const number = aadstsNumberIn(text)
  return number === undefined ? meaningOfLocal(text) : meaningOfNumber(number)
}

function meaningOfNumber(number: number): Meaning | undefined {
  return aadstsMeaningOf(number)
}

const localMeanings: readonly (Meaning & { readonly pattern: RegExp })[] = [
  {
    pattern: /identity not found|unable to load requested managed identity/i,
    says: 'The instance has no such identity: it is off, paused, or the selector names one of another instance.',
    mend: 'Turn the identity on, or drop the selector.',
  },
  {
    pattern: /required metadata header not specified/i,
    says: 'The request came without the header Metadata: true.',
    mend: 'Send Metadata: true, exactly so.',
  },
  {
    pattern: /identity header is missing or wrong/i,
    says: 'X-IDENTITY-HEADER is missing or of an earlier start of the agent.',
    mend: 'Read the environment file again; its secret is new with each start of the agent.',
  },
  {
    pattern: /required query variable/i,
    says: 'A parameter is missing; the message names it.',
    mend: 'Send api-version and resource, each once.',
  },
  {
    pattern: /multiple user assigned identities/i,
    says: 'Several identities could be meant.',
    mend: 'Send client_id, object_id or msi_res_id.',
  },
  {
    pattern: /the authority cannot be reached/i,
    says: 'The agent does not reach the authority, and has no token left.',
    mend: 'Check the way from the instance to the authority, then try again.',
  },
  {
    pattern: /the identity is on its way/i,
    says: 'The identity is being turned on.',
    mend: 'Try again in a few seconds.',
  },
]

function meaningOfLocal(text: string): Meaning | undefined {
  return localMeanings.find(({ pattern }) => pattern.test(text.slice(0, 10_000)))
}

const armMeanings: Readonly<Record<string, Meaning>> = {
  AuthenticationFailed: {
    says: 'The request carried no token that is accepted there.',
    mend: 'Send a bearer token for that audience.',
  },
  InvalidAuthenticationToken: {
    says: 'The token is malformed or signed by somebody else.',
    mend: 'Check issuer and signature of the token.',
  },
  InvalidAuthenticationTokenTenant: {
    says: 'The token is of another tenant.',
    mend: 'Ask the authority of the right tenant.',
  },
  ExpiredAuthenticationToken: { says: 'The token has expired.', mend: 'Get a new one; check the clock.' },
  AuthorizationFailed: { says: 'The identity is known but may not do this.', mend: 'Assign it a role at that scope.' },
  Forbidden: { says: 'The identity is known but may not do this.', mend: 'Assign it a role at that scope.' },
  Unauthorized: { says: 'The token is missing or not accepted.', mend: 'Send a bearer token for that audience.' },
  MissingSubscription: { says: 'The address has no subscription in it.', mend: 'Check the path.' },
  SubscriptionNotFound: {
    says: 'There is no such subscription for this identity.',
    mend: 'Check the subscription ID and the role.',
  },
  ResourceNotFound: { says: 'There is no such resource.', mend: 'Check its name and resource group.' },
  ResourceGroupNotFound: { says: 'There is no such resource group.', mend: 'Check its name.' },
  SecretNotFound: { says: 'The vault has no such secret.', mend: 'Check its name and version.' },
}

import { type FederatedCredential, federationApi, type SubjectMatch } from '@signet/shared/api/federation'
import { warningsOf } from '@signet/shared/federation/rule-breadth'
import type { z } from 'zod'

/** What the server takes. */
export type Rule = z.output<typeof federationApi.create.body>

/** Issuers that have a form of their own, and every other one. */
export const presets = ['kubernetes', 'github', 'other'] as const
export type Preset = (typeof presets)[number]

/** What of a GitHub repository may run as the principal. */
export const githubEntities = ['branch', 'tag', 'environment', 'pull-request'] as const
export type GithubEntity = (typeof githubEntities)[number]

/** A rule while it is written. Fields that its preset does not show are not looked at. */
export interface RuleDraft {
  readonly preset: Preset
  readonly name: string
  readonly issuer: string
  readonly namespace: string
  readonly serviceAccount: string
  readonly repository: string
  readonly entity: GithubEntity
  readonly entityName: string
  readonly match: SubjectMatch
  readonly subject: string
  /** One a line. */
  readonly audiences: string
  readonly keySource: 'discovery' | 'pinned'
  /** A JSON Web Key Set. */
  readonly jwks: string
}

export type DraftFaults = Partial<Record<keyof RuleDraft, string>>

const githubIssuer = 'https://token.actions.githubusercontent.com'
const usualAudience = 'api://AzureADTokenExchange'

export const emptyDraft: RuleDraft = {
  preset: 'kubernetes',
  name: '',
  issuer: '',
  namespace: 'default',
  serviceAccount: '',
  repository: '',
  entity: 'branch',
  entityName: 'main',
  match: 'exact',
  subject: '',
  audiences: usualAudience,
  keySource: 'discovery',
  jwks: '',
}

/** The draft that a stored rule is changed from; all of it is shown, whatever preset it was made with. */
export function draftOf({ name, issuer, match, subject, audiences, keys }: FederatedCredential): RuleDraft {
  return {
    ...emptyDraft,
    preset: 'other',
    ...{ name, issuer, match, subject },
    audiences: audiences.join('\n'),
    keySource: keys.source,
    jwks: keys.source === 'pinned' ? JSON.stringify(keys.jwks, null, 2) : '',
  }
}

/** Issuer and subject as the preset makes them. */
export function trustOf(draft: RuleDraft): Pick<Rule, 'issuer' | 'match' | 'subject'> {
  switch (draft.preset) {
    case 'kubernetes': {
      const subject = `system:serviceaccount:${draft.namespace.trim()}:${draft.serviceAccount.trim()}`
      return { issuer: draft.issuer.trim(), match: 'exact', subject }
    }
    case 'github':
      return { issuer: githubIssuer, match: 'exact', subject: `repo:${draft.repository.trim()}:${entityOf(draft)}` }
    case 'other':
      return { issuer: draft.issuer.trim(), match: draft.match, subject: draft.subject.trim() }
  }
}

function entityOf({ entity, entityName }: RuleDraft): string {
  const name = entityName.trim()
  switch (entity) {
    case 'branch':
      return `ref:refs/heads/${name}`
    case 'tag':
      return `ref:refs/tags/${name}`
    case 'environment':
      return `environment:${name}`
    case 'pull-request':
      return 'pull_request'
  }
}

/** Why the rule of a draft would trust more than was probably meant, as far as it is written. */
export function draftWarnings(draft: RuleDraft): readonly string[] {
  const trust = trustOf(draft)
  const isWritten = draft.preset === 'other' && trust.issuer !== '' && trust.subject !== ''
  return isWritten ? warningsOf(trust) : []
}

/** The rule of a draft, or what is wrong with it by field. */
export function ruleOf(draft: RuleDraft): { rule: Rule } | { faults: DraftFaults } {
  const faults = presetFaults(draft)
  const keys = keysOf(draft)
  if (keys === undefined) faults.jwks = 'Paste a JSON Web Key Set with public keys: {"keys": [ … ]}.'
  else if (holdsPrivateKey(keys)) faults.jwks = 'This holds a private key. Paste the public ones alone.'
  const audiences = draft.audiences.split('\n').map((line) => line.trim())
  const parsed = federationApi.create.body.safeParse({
    name: draft.name,
    ...trustOf(draft),
    audiences: audiences.filter((audience) => audience !== ''),
    keys: keys ?? { source: 'discovery' },
  })
  for (const { path } of parsed.error?.issues ?? []) {
    const field = fieldOf(path[0])
    faults[field] ??= sentences[field] ?? 'This cannot be used.'
  }
  return parsed.success && Object.keys(faults).length === 0 ? { rule: parsed.data } : { faults }
}

const sentences: DraftFaults = {
  name: 'Give it a name of 1 to 120 characters.',
  issuer: 'Give the https address of the issuer, exactly as its tokens say it: no query, no fragment.',
  subject: 'Give the subject, at most 1,000 characters.',
  audiences: 'Give one to ten audiences, one a line.',
  jwks: 'Paste a JSON Web Key Set with one to twenty keys.',
}

function fieldOf(part: PropertyKey | undefined): keyof RuleDraft {
  if (part === 'keys') return 'jwks'
  return part === 'issuer' || part === 'subject' || part === 'audiences' ? part : 'name'
}

function presetFaults(draft: RuleDraft): DraftFaults & Record<string, string> {
  const faults: Record<string, string> = {}
  if (draft.preset === 'kubernetes') {
    const isName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
    if (!isName.test(draft.namespace.trim())) faults['namespace'] = 'Give the name of the namespace.'
    if (!isName.test(draft.serviceAccount.trim())) faults['serviceAccount'] = 'Give the name of the service account.'
  }
  if (draft.preset === 'github') {
    if (!/^[\w.-]+\/[\w.-]+$/.test(draft.repository.trim())) faults['repository'] = 'Give owner/repository.'
    if (draft.entity !== 'pull-request' && draft.entityName.trim() === '') faults['entityName'] = 'Give its name.'
  }
  return faults
}

/** Undefined when what was pasted is no key set. */
function keysOf({ keySource, jwks }: RuleDraft): Rule['keys'] | undefined {
  if (keySource === 'discovery') return { source: 'discovery' }
  try {
    const parsed = federationApi.create.body.shape.keys.safeParse({ source: 'pinned', jwks: JSON.parse(jwks) })
    return parsed.data
  } catch {
    return undefined
  }
}

/** The parts of RFC 7517 keys that only their owner has. */
const privateParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

function holdsPrivateKey(keys: Rule['keys']): boolean {
  return keys.source === 'pinned' && keys.jwks.keys.some((key) => privateParts.some((part) => part in key))
}

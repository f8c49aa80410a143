import { type AppRole, type Audience, audiencesApi } from '@signet/shared/api/audiences'
import type { z } from 'zod'
import type { Difference } from '../../ui/diff-view.tsx'
import { durationWords } from '../../ui/duration.ts'

type Registration = z.input<typeof audiencesApi.register.body>

/** What the server takes for a new audience, but for the reason. */
export type NewAudience = Omit<Registration, 'reason'>
/** What it takes for one that there is. */
export type AudienceChange = Omit<z.input<typeof audiencesApi.change.body>, 'reason'>

/** An audience while it is written. */
export interface AudienceDraft {
  readonly uri: string
  readonly name: string
  readonly tokenVersion: 1 | 2
  /** Null: as the deployment says. */
  readonly lifetimeSeconds: number | null
  readonly assignmentRequired: boolean
  readonly clientCapabilities: boolean
  readonly roles: readonly AppRole[]
}

export type AudienceFaults = Partial<Record<keyof AudienceDraft, string>>

export const emptyAudience: AudienceDraft = {
  uri: '',
  name: '',
  tokenVersion: 2,
  lifetimeSeconds: null,
  assignmentRequired: false,
  clientCapabilities: false,
  roles: [],
}

export function audienceDraftOf(audience: Audience): AudienceDraft {
  const { uri, name, tokenVersion, lifetimeSeconds, assignmentRequired, clientCapabilities, roles } = audience
  return { uri, name, tokenVersion, lifetimeSeconds, assignmentRequired, clientCapabilities, roles }
}

/** What is wrong with a draft, by field; empty when it can be saved. */
export function audienceFaults(draft: AudienceDraft): AudienceFaults {
  const faults: Partial<Record<keyof AudienceDraft, string>> = {}
  const parsed = audiencesApi.register.body.safeParse(draft)
  for (const { path, message } of parsed.error?.issues ?? []) {
    const [field] = path
    if (isField(field)) faults[field] ??= sentences[field] ?? `Use ${message}.`
  }
  return faults
}

const sentences: AudienceFaults = {
  name: 'Give it a name of 1 to 100 characters.',
  lifetimeSeconds: 'Give a lifetime from 10 minutes to 24 hours.',
  roles: 'Each role needs a value of its own: letters, digits, . _ : / - (1 to 120).',
}

function isField(part: PropertyKey | undefined): part is keyof AudienceDraft {
  return typeof part === 'string' && part in emptyAudience
}

/** What of a draft can be changed: of those that come with Signet, how they are called and issued is fixed. */
export function changeOf({ builtIn }: Pick<Audience, 'builtIn'>, draft: AudienceDraft): AudienceChange {
  const { name, tokenVersion, clientCapabilities, lifetimeSeconds, assignmentRequired, roles } = draft
  return {
    ...(!builtIn && { name, tokenVersion, clientCapabilities }),
    ...{ lifetimeSeconds, assignmentRequired },
    roles: [...roles],
  }
}

/** An audience's values in words, beside those of a draft. */
export function audienceDifferences(inForce: AudienceDraft, yours: AudienceDraft): Difference[] {
  const words = (draft: AudienceDraft): [string, string][] => [
    ['Name', draft.name],
    ['Token version', String(draft.tokenVersion)],
    ['Token lifetime', lifetimeWords(draft.lifetimeSeconds)],
    ['Only with a role', draft.assignmentRequired ? 'Yes' : 'No'],
    ['Client capabilities (xms_cc)', draft.clientCapabilities ? 'Yes' : 'No'],
    ['Roles', draft.roles.map(({ value }) => value).join(', ') || 'None'],
  ]
  const mine = new Map(words(yours))
  return words(inForce).map(([name, before]) => ({ name, before, after: mine.get(name) ?? null }))
}

export function lifetimeWords(seconds: number | null): string {
  return seconds === null ? 'Server default' : durationWords(seconds * 1_000)
}

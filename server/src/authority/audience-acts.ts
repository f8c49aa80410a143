import type { ResourceApp } from './resource-apps.ts'

/** What an operator can do to an audience, besides changing what it says. */
export type AudienceAct = 'enable' | 'disable' | 'delete'

export type AudienceVerdict =
  | { readonly kind: 'change' | 'already' }
  | { readonly kind: 'refused'; readonly reason: string; readonly fix?: string }

/** Whether an act would change something, has nothing to do, or is not possible. */
export function verdictOfAudience(
  act: AudienceAct,
  { name, builtIn, enabled }: Pick<ResourceApp, 'name' | 'builtIn' | 'enabled'>,
  facts: {
    /** Somebody has a role of it. */
    readonly isAssigned: boolean
    /** Tokens for it may be out. */
    readonly wasAskedFor: boolean
  },
): AudienceVerdict {
  const what = act === 'delete' ? 'removed' : 'disabled'
  if (builtIn) return act === 'enable' ? { kind: 'already' } : fixed(`${name} comes with Signet and cannot be ${what}.`)
  if (act !== 'delete') return { kind: enabled === (act === 'enable') ? 'already' : 'change' }
  if (facts.isAssigned) return fixed(`Somebody has a role of ${name}.`, 'Take the roles away first.')
  if (!facts.wasAskedFor) return { kind: 'change' }
  return fixed(
    `Tokens for ${name} were issued in the last two days.`,
    'Disable it, and remove it when nobody has asked for two days.',
  )
}

function fixed(reason: string, fix?: string): AudienceVerdict {
  return { kind: 'refused', reason, ...(fix !== undefined && { fix }) }
}

import type { SecretVersionSummary } from '@signet/shared/api/vault'
import { ContentType, mostValueBytes } from '@signet/shared/vocabulary/vault-rules'
import { instantOf } from '../../ui/absolute-time.ts'
import type { Difference } from '../../ui/diff-view.tsx'
import { shownInstant } from '../../ui/instant-field.tsx'
import { tagsOfText, textOfTags } from './tags-text.ts'
import type { Attributes } from './vaults-queries.ts'

/** What a version is besides its value, as it stands in the fields; a date that is none is empty. */
export interface AttributesForm {
  readonly enabled: boolean
  readonly notBefore: string
  readonly expires: string
  readonly contentType: string
  readonly tags: string
}

export const newAttributes: AttributesForm = { enabled: true, notBefore: '', expires: '', contentType: '', tags: '' }

const dateText = (at: number | null) => (at === null ? '' : shownInstant(at))

export function attributesFormOf({
  enabled,
  notBefore,
  expires,
  contentType,
  tags,
}: SecretVersionSummary): AttributesForm {
  const dates = { notBefore: dateText(notBefore), expires: dateText(expires) }
  return { enabled, ...dates, contentType: contentType ?? '', tags: textOfTags(tags) }
}

export type AttributeFaults = Partial<Record<keyof AttributesForm, string>>

/** @param before the version that is changed: a date that was left alone stays to the millisecond */
export function readAttributes(
  form: AttributesForm,
  before?: SecretVersionSummary,
): { attributes?: Attributes; faults: AttributeFaults } {
  const notBefore = dateOf(form.notBefore, before?.notBefore)
  const expires = dateOf(form.expires, before?.expires)
  const contentType = ContentType.safeParse(form.contentType.trim())
  const tags = tagsOfText(form.tags)
  const isTurned = typeof notBefore === 'number' && typeof expires === 'number' && expires <= notBefore
  const faults: AttributeFaults = {
    ...(notBefore === undefined && { notBefore: 'Give a date and a time, or none.' }),
    ...(expires === undefined && { expires: 'Give a date and a time, or none.' }),
    ...(isTurned && { expires: 'It has to be after the time from which it is valid.' }),
    ...(!contentType.success && { contentType: 'Use at most 255 characters.' }),
    ...('fault' in tags && { tags: tags.fault }),
  }
  if (notBefore === undefined || expires === undefined || isTurned || !contentType.success || 'fault' in tags) {
    return { faults }
  }
  const { enabled } = form
  return { attributes: { enabled, notBefore, expires, contentType: contentType.data || null, tags: tags.tags }, faults }
}

/** Null for none; undefined for what is no date. */
function dateOf(shown: string, before: number | null = null): number | null | undefined {
  if (shown === dateText(before)) return before
  return shown === '' ? null : instantOf(shown)
}

/** What is wrong with a value, if something is; the server counts bytes, too. */
export function valueFault(value: string): string | undefined {
  return new TextEncoder().encode(value).length > mostValueBytes ? 'It is larger than 25 KiB.' : undefined
}

/** What of the attributes is not as in force. */
export function attributeDifferences(inForce: AttributesForm, mine: AttributesForm): Difference[] {
  const words = (form: AttributesForm): [string, string][] => [
    ['Enabled', form.enabled ? 'Yes' : 'No'],
    ['Valid from', form.notBefore || 'None'],
    ['Expires', form.expires || 'None'],
    ['Content type', form.contentType || 'None'],
    ['Tags', form.tags.replaceAll('\n', ', ') || 'None'],
  ]
  const yours = new Map(words(mine))
  return words(inForce).map(([name, before]) => ({ name, before, after: yours.get(name) ?? null }))
}

import { ResourceGroupName } from '@signet/shared/api/user-identities'
import type { VaultSummary } from '@signet/shared/api/vault'
import { SoftDeleteDays, VaultName } from '@signet/shared/vocabulary/vault-rules'
import type { Difference } from '../../ui/diff-view.tsx'
import { tagsOfText, textOfTags } from './tags-text.ts'

/** What a vault is made with. */
export interface VaultDraft {
  readonly name: string
  readonly resourceGroup: string
  readonly softDeleteDays: number
  readonly purgeProtection: boolean
  readonly tags: Record<string, string>
}

/** The same as it stands in the fields. */
export interface VaultForm {
  readonly name: string
  readonly resourceGroup: string
  readonly days: string
  readonly purgeProtection: boolean
  readonly tags: string
}

export const emptyVault: VaultForm = {
  name: '',
  resourceGroup: 'default',
  days: '90',
  purgeProtection: false,
  tags: '',
}

export function vaultFormOf(vault: VaultSummary): VaultForm {
  const { name, resourceGroup, softDeleteDays, purgeProtection, tags } = vault
  return { name, resourceGroup, days: String(softDeleteDays), purgeProtection, tags: textOfTags(tags) }
}

export type VaultFaults = Partial<Record<keyof VaultForm, string>>

/** @param before the vault that is changed; its protection stays, and its days with it (SEC-113) */
export function readVaultForm(form: VaultForm, before?: VaultSummary): { draft?: VaultDraft; faults: VaultFaults } {
  const name = VaultName.safeParse(form.name)
  const group = ResourceGroupName.safeParse(form.resourceGroup)
  const days = SoftDeleteDays.safeParse(form.days.trim() === '' ? undefined : Number(form.days))
  const tags = tagsOfText(form.tags)
  const isShorter = before?.purgeProtection === true && days.success && days.data < before.softDeleteDays
  const faults: VaultFaults = {
    ...(!name.success && { name: 'Use 3 to 24 letters, digits and single dashes, a letter first.' }),
    ...(!group.success && { resourceGroup: `Use ${group.error.issues[0]?.message ?? 'another name'}.` }),
    ...(!days.success && { days: 'Give a whole number of days from 7 to 90.' }),
    ...(isShorter && { days: 'With protection against purging the days can only be raised.' }),
    ...('fault' in tags && { tags: tags.fault }),
  }
  if (!name.success || !group.success || !days.success || 'fault' in tags || isShorter) return { faults }
  const { purgeProtection } = form
  const read = { name: name.data, resourceGroup: group.data, softDeleteDays: days.data }
  return { draft: { ...read, purgeProtection, tags: tags.tags }, faults }
}

/** What of it is not as in force. */
export function vaultDifferences(inForce: VaultForm, mine: VaultForm): Difference[] {
  const words = ({ days, purgeProtection, tags }: VaultForm): [string, string][] => [
    ['Days', days],
    ['Protection against purging', purgeProtection ? 'On' : 'Off'],
    ['Tags', tags.replaceAll('\n', ', ') || 'None'],
  ]
  const yours = new Map(words(mine))
  return words(inForce).map(([name, before]) => ({ name, before, after: yours.get(name) ?? null }))
}

import type { PolicyScope, StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { instanceKindWords } from '../../api/words.ts'
import { visibleText } from '../../ui/visible-text.ts'

/** What a policy rules, in words; the name of a group or identity comes from people. */
export function scopeWords({ scope, label }: Pick<StoredRotationPolicy, 'scope' | 'label'>): string {
  switch (scope.kind) {
    case 'default':
      return 'Default'
    case 'instances':
      return `Kind: ${instanceKindWords[scope.of]}`
    case 'group':
      return `Group: ${visibleText(label)}`
    case 'identity':
      return `Identity: ${visibleText(label)}`
  }
}

export const scopeKindWords: Record<PolicyScope['kind'], string> = {
  default: 'Everything else',
  instances: 'A kind of instance',
  group: 'A resource group',
  identity: 'One identity',
}

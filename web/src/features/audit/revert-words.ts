import type { AuditEvent } from '@signet/shared/api/audit'
import { visibleText } from '../../ui/visible-text.ts'
import { policyDifferences, type Revert, tagChange } from './revert.ts'

/** What the button of the confirmation is called. */
export const revertLabels: Record<Revert['kind'], string> = {
  'turn-off': 'Turn the identity off',
  pause: 'Pause the identity',
  resume: 'Resume the identity',
  restore: 'Restore the identity',
  tags: 'Put the former tags back',
  policy: 'Put the former policy back',
}

/** What will happen, said before it does. */
export function revertSentence(revert: Revert, event: AuditEvent): string {
  const name = visibleText(event.target?.label ?? 'this instance')
  switch (revert.kind) {
    case 'turn-off':
      return (
        `The identity of ${name} is turned off: its principal is deleted, its certificates are revoked and its tokens ` +
        'are refused at once. It can be restored under the same IDs for 30 days.'
      )
    case 'pause':
      return `The identity of ${name} is paused: its tokens are refused until somebody resumes it. Principal and certificates stay.`
    case 'resume':
      return `The identity of ${name} is resumed: it gets tokens again at once.`
    case 'restore':
      return `The identity of ${name} is restored under the same IDs. It gets a new certificate, as soon as its agent asks for one.`
    case 'tags': {
      const { set, unset } = tagChange(revert.before, revert.after)
      const put = Object.entries(set).map(([key, value]) => visibleText(`${key}=${value}`))
      const parts = [
        put.length > 0 ? `sets ${put.join(', ')}` : '',
        unset.length > 0 ? `removes ${unset.map(visibleText).join(', ')}` : '',
      ]
      return `On ${name} this ${parts.filter((part) => part !== '').join(' and ')}. Other tags stay as they are.`
    }
    case 'policy': {
      const changes = policyDifferences(revert.after, revert.before)
      const words = changes.map(({ name: what, after }) => `${what.toLowerCase()} ${after}`)
      return `The rotation policy becomes the former one again (${words.join(', ')}). Due times follow at once.`
    }
  }
}

import { Notice } from '../../ui/notice.tsx'
import { visibleText } from '../../ui/visible-text.ts'

/** Why a rule trusts more than it probably should. */
export function Warnings({ warnings, title }: { warnings: readonly string[]; title: string }) {
  return (
    <Notice tone="warn" title={title}>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{visibleText(warning)}</li>
        ))}
      </ul>
    </Notice>
  )
}

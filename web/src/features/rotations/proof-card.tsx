import type { RotationDetail, RotationSummary } from '@signet/shared/api/rotation'
import { fieldIs } from '@signet/shared/query/query-text'
import { Link } from '@tanstack/react-router'
import { Printer } from 'lucide-react'
import { absoluteTime, zoneName } from '../../ui/absolute-time.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copyable.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useNow } from '../../ui/now.ts'
import { continuityOf } from './continuity.ts'
import { proofText } from './proof-text.ts'
import styles from './rotations.module.css'

const tones = { proven: 'ok', gap: 'bad', untouched: 'info', first: 'info', ended: 'warn' } as const

/** Whether the identity could get tokens all along, as a sentence that stands on the times below it. */
export function ProofCard({ run }: { run: RotationDetail }) {
  const now = useNow('slow')
  const { verdict, headline, sentence } = continuityOf(run, (at) => absoluteTime(at, 'millisecond'), now)
  return (
    <section aria-label="Proof">
      <Notice tone={tones[verdict]} title={headline}>
        <p>
          {sentence} <span className="muted">Times in {zoneName(run.requestedAt)}.</span>
        </p>
        <div className={styles['proof-acts']}>
          <CopyButton value={proofText(run, now)} label="proof as text" text="Copy proof as text" />
          <Button small kind="quiet" icon={<Printer size={14} aria-hidden />} onClick={() => window.print()}>
            Print
          </Button>
          <Link to="/audit" search={auditSearch(run)}>
            Audit events of this rotation
          </Link>
        </div>
      </Notice>
    </section>
  )
}

const afterMs = 1_000

/** Events on the identity and on both certificates, from the request to the end. */
export function auditSearch(run: RotationSummary): { filter: string; from: string; to?: string } {
  const values = [run.principalId, run.from?.id, run.to?.id].filter((id) => id !== undefined)
  return {
    filter: fieldIs('target', ...values),
    from: new Date(run.requestedAt).toISOString(),
    ...(run.finishedAt !== null && { to: new Date(run.finishedAt + afterMs).toISOString() }),
  }
}

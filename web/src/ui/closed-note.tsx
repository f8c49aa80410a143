import { DueTime } from './relative-time.tsx'
import { Untrusted } from './untrusted.tsx'

/** Beside a rotation by hand at a time when scheduled ones have to wait. */
export function ClosedNote({ label, opensAt }: { label: string; opensAt: number | null }) {
  return (
    <p className="warn">
      Scheduled rotations of this identity wait now, by the policy <Untrusted text={label} />
      {opensAt !== null && (
        <>
          ; the next may start <DueTime at={opensAt} />
        </>
      )}
      . One by hand does not wait: it starts at once.
    </p>
  )
}

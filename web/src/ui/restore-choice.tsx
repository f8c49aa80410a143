import { ExactTime } from './relative-time.tsx'

/** What becomes of the last principal of an identity that is turned on again: it is restored, or replaced for good. */
export function RestoreChoice({ principalId, until }: { principalId: string; until: number }) {
  return (
    <p>
      Its last principal <code className="mono">{principalId}</code> can be restored until <ExactTime at={until} />: the
      same IDs, so that what was granted to it holds again. A new principal has other IDs and starts with nothing, and
      the old one can no longer be restored.
    </p>
  )
}

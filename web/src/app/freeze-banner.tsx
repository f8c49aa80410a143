import { useQuery } from '@tanstack/react-query'
import { freezesOptions } from '../api/rotation-policies.ts'
import { useSession } from '../api/session.ts'
import { absoluteTime } from '../ui/absolute-time.ts'
import { Notice } from '../ui/notice.tsx'
import { useNow } from '../ui/now.ts'
import { Untrusted } from '../ui/untrusted.tsx'

/** Stands on every page while every scheduled rotation is held. */
export function FreezeBanner() {
  const isReader = useSession()?.permissions.includes('rotations.read') === true
  const { data } = useQuery({ ...freezesOptions, enabled: isReader })
  const now = useNow('slow')
  const freeze = data?.items.find(({ policyId, until }) => policyId === 'all' && until > now)
  if (freeze === undefined) return null
  return (
    <Notice tone="warn" title="Rotations are paused">
      <p>
        Until {absoluteTime(freeze.until)}, by <Untrusted text={freeze.actor.label} />:{' '}
        <Untrusted text={freeze.reason} />. <a href="/settings/policies">Rotation policies</a>
      </p>
    </Notice>
  )
}

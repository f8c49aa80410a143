import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { severityTones } from '../../api/alarm-words.ts'
import { useRefusal } from '../../api/session.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { alertCountOptions } from './alerts-queries.ts'

/**
 * How many alerts nobody looks after yet, for the top bar, in the tone of the worst: nothing when there are none. The bar
 * takes the noun away where there is no room for it.
 */
export function AlertsBadge() {
  const refusal = useRefusal('instances.read')
  const { data } = useQuery({ ...alertCountOptions, enabled: refusal === undefined })
  if (data === undefined || data.worst === null) return null
  const word = (
    <>
      {data.open} <span>{data.open === 1 ? 'alert' : 'alerts'}</span>
    </>
  )
  return (
    <Link to="/alerts">
      <StatusBadge tone={severityTones[data.worst]} word={word} />
    </Link>
  )
}

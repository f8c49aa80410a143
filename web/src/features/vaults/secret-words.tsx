import type { SecretSummary, SecretVersionSummary, VaultSummary } from '@signet/shared/api/vault'
import type { Word } from '../../api/words.ts'
import { None } from '../../ui/none.tsx'
import { paceFor, useNow } from '../../ui/now.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'

type Dates = Pick<SecretVersionSummary, 'enabled' | 'notBefore' | 'expires'>

/** How a version stands at an instant. Its dates are told to clients and refuse nobody; a disabled one is refused. */
export function versionWord({ enabled, notBefore, expires }: Dates, now: number): Word {
  if (!enabled) return { word: 'Disabled', tone: 'stopped' }
  if (expires !== null && expires <= now) return { word: 'Expired', tone: 'warn' }
  if (notBefore !== null && notBefore > now) return { word: 'Not yet valid', tone: 'soft' }
  return { word: 'Enabled', tone: 'ok' }
}

export function VersionBadge({ version }: { version: Dates }) {
  const now = useNow(paceFor(version.expires ?? version.notBefore ?? 0))
  return <StatusBadge {...versionWord(version, now)} />
}

export function readWords({ reads, readers }: VaultSummary['lastDay']): string {
  if (reads === 0) return 'Not read'
  if (reads === 1) return 'Once'
  return `${reads} times, by ${readers === 1 ? 'one' : readers}`
}

/** When a value of it last left the vault, and to whom. */
export function LastRead({ secret: { lastRead } }: { secret: Pick<SecretSummary, 'lastRead'> }) {
  if (lastRead === null) return <None />
  return (
    <>
      <RelativeTime at={lastRead.at} /> by <Untrusted text={lastRead.by.label} />
    </>
  )
}

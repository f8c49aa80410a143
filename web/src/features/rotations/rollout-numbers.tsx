import type { RolloutBlast, RolloutPreview } from '@signet/shared/api/rollouts'
import type { RolloutAct } from '@signet/shared/vocabulary/rollout-states'
import { durationWords } from '../../ui/duration.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { counted } from './rollout-words.ts'

const ofOffline: Record<RolloutAct, string> = {
  rotate: 'What they hold fails unless they are back in time; the old certificates stay in use.',
  emergency: 'There the identities get no token until the agent is back.',
  drill: 'What they hold fails unless they are back in time.',
}

/** What a rollout would come to. */
export function RolloutNumbers({ act, preview }: { act: RolloutAct; preview: RolloutPreview }) {
  const { credentials, identities, agents, waves, offline, haltsAfter, pausesSeconds, skipped, blast } = preview
  return (
    <>
      <p>
        <strong>
          {counted(credentials, 'certificate')} in {counted(waves, 'wave')}
        </strong>
        {` · ${identities.toLocaleString('en')} ${identities === 1 ? 'identity' : 'identities'} on ${counted(agents, 'agent')}`}
        {pausesSeconds > 0 && ` · ${durationWords(pausesSeconds * 1_000)} of pauses`}
        {haltsAfter < credentials && ` · halts when more than ${haltsAfter.toLocaleString('en')} fail`}
      </p>
      {blast !== null && <Blast blast={blast} credentials={credentials} />}
      {offline > 0 && (
        <Notice tone="warn" title={`${counted(offline, 'agent')} not connected`}>
          <p>{ofOffline[act]}</p>
        </Notice>
      )}
      {skipped.length > 0 && (
        <details>
          <summary>{skipped.reduce((sum, { count }) => sum + count, 0).toLocaleString('en')} left out</summary>
          <ul>
            {skipped.map(({ reason, count, examples }) => (
              <li key={reason}>
                {count.toLocaleString('en')}: {reason}{' '}
                <span className="muted">{examples.map(visibleText).join(', ')}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function Blast({ blast, credentials }: { blast: RolloutBlast; credentials: number }) {
  const { instances, live, lastUsedAt } = blast
  return (
    <Facts>
      <Fact name="Instances">{instances.toLocaleString('en')}</Fact>
      <Fact name="Certificates revoked">{credentials.toLocaleString('en')}</Fact>
      <Fact name="Tokens that are out">
        {live.tokens.toLocaleString('en')}
        {live.until !== null && (
          <>
            , valid until <ExactTime at={live.until} /> at the latest
          </>
        )}
      </Fact>
      <Fact name="Last used">{lastUsedAt === null ? 'Never' : <RelativeTime at={lastUsedAt} />}</Fact>
    </Facts>
  )
}

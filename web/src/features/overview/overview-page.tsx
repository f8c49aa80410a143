import { useQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { AttentionCard } from './attention-card.tsx'
import { ChangesCard } from './changes-card.tsx'
import { ExpiriesCard } from './expiries-card.tsx'
import { FirstRunCard } from './first-run-card.tsx'
import { FleetCard } from './fleet-card.tsx'
import styles from './overview.module.css'
import { overviewOptions } from './overview-queries.ts'
import { RotationsCard } from './rotations-card.tsx'
import { TokensCard } from './tokens-card.tsx'

/** Where everybody begins: what needs attention, and how the deployment does. */
export function OverviewPage() {
  useTitle('Overview')
  const query = useQuery(overviewOptions)
  const { data } = query
  return (
    <>
      <PageHeader title="Overview" />
      {data && <FirstRunCard firstRun={data.firstRun} />}
      <div className={styles['columns']}>
        <div className={styles['main']}>
          <AttentionCard />
          {data && (
            <div className={styles['last']}>
              <ChangesCard changes={data.changes} />
              <ExpiriesCard expiries={data.expiries} />
            </div>
          )}
        </div>
        <div className={styles['side']}>
          <Loadable state={loadStateOf(query)} lines={8}>
            {({ fleet, tokens, rotations, signingKey, openJobs }) => (
              <>
                <FleetCard fleet={fleet} openJobs={openJobs} />
                <TokensCard tokens={tokens} />
                <RotationsCard days={rotations} signingKey={signingKey} />
              </>
            )}
          </Loadable>
        </div>
      </div>
    </>
  )
}

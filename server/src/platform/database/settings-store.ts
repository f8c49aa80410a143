import type { Clock } from '../clock.ts'
import { newGuid } from '../identifiers.ts'
import { type Database, sqlOf } from './database.ts'

/** What a deployment is called for ever: made once, at its first start. */
export interface DeploymentSettings {
  readonly tenantId: string
  readonly subscriptionId: string
  readonly resourceGroupId: string
  /** Everything in it was made to be looked at, and may be thrown away. */
  readonly demo?: true
}

const key = 'deployment'

/** @param isDemo what a deployment becomes that is made by this call; one that is there stays what it is */
export async function deploymentSettings(
  database: Database,
  clock: Clock,
  isDemo = false,
): Promise<DeploymentSettings> {
  const ids = { tenantId: newGuid(), subscriptionId: newGuid(), resourceGroupId: newGuid() }
  const fresh: DeploymentSettings = { ...ids, ...(isDemo && { demo: true }) }
  return database.transact(async (tx) => {
    await sqlOf(tx)
      .insertInto('cluster_settings')
      .values({ key, value: JSON.stringify(fresh), version: 1, updated_at: clock.now() })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute()
    const row = await sqlOf(tx)
      .selectFrom('cluster_settings')
      .select('value')
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
    return JSON.parse(row.value) as DeploymentSettings
  })
}

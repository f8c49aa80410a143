import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { given } from '../../test/stack.ts'

/** A dashboard that is up before the tests of one `describe` and down after them, and how often removal was asked for. */
function standing(demo: { makeDemo?: true; removable: boolean }) {
  let stand: DashboardStand | undefined
  let removals = 0
  const { removable, ...made } = demo
  beforeAll(async () => {
    const removeDemo = () => {
      removals += 1
    }
    stand = await openDashboard(undefined, { ...made, ...(removable && { removeDemo }) })
  })
  afterAll(() => stand?.close())
  return { get: () => given(stand), removals: () => removals }
}

const isDemo = async ({ send }: DashboardStand): Promise<unknown> =>
  JSON.parse((await send({ path: '/api/demo' })).text)

function remove({ send, headers }: DashboardStand, given = headers) {
  return send({ method: 'DELETE', path: '/api/demo', headers: given })
}

describe('a demo that was started by its parent', () => {
  const { get, removals } = standing({ makeDemo: true, removable: true })

  it('tells anybody that it is one', async () => {
    expect(await isDemo(get())).toEqual({ demo: true })
  })

  it('is not removed for somebody who is not signed in', async () => {
    const answer = await remove(get(), get().headers.slice(0, 3))
    expect(answer.status).toBe(401)
    expect(removals()).toBe(0)
  })

  it('is removed for an administrator, on record', async () => {
    const answer = await remove(get())
    expect(answer.status).toBe(204)
    expect(removals()).toBe(1)
    const recorded = await get().send({ path: '/api/audit?filter=action:demo.removed', headers: get().headers })
    expect(recorded.text).toContain(given(answer.headers['x-signet-audit-event']))
  })
})

describe('a deployment that is no demo', () => {
  const { get, removals } = standing({ removable: true })

  it('is never removed', async () => {
    expect(await isDemo(get())).toEqual({ demo: false })
    const answer = await remove(get())
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('This is not a demo')
    expect(removals()).toBe(0)
  })
})

describe('a demo that runs by itself', () => {
  const { get } = standing({ makeDemo: true, removable: false })

  it('says what to do, since nobody is there to remove it', async () => {
    const answer = await remove(get())
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('signet start --demo')
  })
})

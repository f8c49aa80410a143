import { InstanceKind, InstanceName, Tags } from '@signet/shared/api/resources'
import { expect, it } from 'vitest'
import { demoFleet, hasLiveAgent } from './demo-fleet.ts'

it('is forty instances of all kinds, each with a name of its own and marked as demo', () => {
  expect(demoFleet).toHaveLength(40)
  expect(new Set(demoFleet.map(({ name }) => name)).size).toBe(40)
  expect(new Set(demoFleet.map(({ kind }) => kind))).toEqual(new Set(InstanceKind.options))
  for (const { name, tags, audiences } of demoFleet) {
    expect(InstanceName.parse(name)).toBe(name)
    expect(Tags.parse(tags)).toMatchObject({ demo: 'yes' })
    expect(audiences).not.toHaveLength(0)
  }
})

it('has one instance of each misfortune, and only those have lost their agents', () => {
  const fates = demoFleet.map(({ fate }) => fate).filter((fate) => fate !== 'on')
  expect(fates.sort()).toEqual(['degraded', 'failing', 'off', 'paused', 'turned_off'])
  expect(demoFleet.filter((instance) => !hasLiveAgent(instance)).map(({ fate }) => fate)).toEqual([
    'degraded',
    'failing',
  ])
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStack, type Stack } from '../test/stack.ts'
import { trust } from './commands/trust.ts'
import { readConfig } from './platform/config.ts'
import { openServicePort } from './service-port.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

describe('what clients are given to trust', () => {
  it('has the next root from the moment it is made, three years before it signs, and in signet trust too (SEC-51)', async () => {
    const { authorities, clock, dataDir } = stack
    openServicePort({ ...stack, config: readConfig({ SIGNET_DATA_DIR: dataDir }) })
    const caFile = join(dataDir, 'ca.pem')
    const known = async () => {
      const answer = { caFile, services: { certificate: null } } as never
      const told = await trust({ call: async () => answer })
      expect(told.pem).toBe(readFileSync(caFile, 'utf8'))
      return told.certificates.map(({ subject }) => subject)
    }
    const [first] = await known()
    clock.advance(5 * 365 * dayMs)
    await authorities.roll()
    const [next] = authorities.list().filter(({ scope, state }) => scope === 'root' && state === 'prepared')
    expect(await known()).toEqual([first, `CN=${next?.name}`])
    expect((next?.activateAt ?? 0) - clock.now()).toBeGreaterThan(3 * 365 * dayMs)
    clock.advance(5 * 365 * dayMs)
    await authorities.roll()
    // The one after the next is published by now, and the first has ended.
    const later = await known()
    expect([later[0], later.length, later.includes(first ?? '')]).toEqual([`CN=${next?.name}`, 2, false])
  })
})

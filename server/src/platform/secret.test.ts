import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createLogger } from './log.ts'
import { Secret } from './secret.ts'
import { SignetError } from './signet-error.ts'

const value = 'sentinel-0123456789'
const secret = new Secret(value)
const within = { name: 'x', deep: [{ secret }] }

describe('a secret (SEC-171)', () => {
  it('is its value to whoever asks for it', () => {
    expect(secret.reveal()).toBe(value)
  })

  it.each<[string, () => string]>([
    ['a string', () => String(secret)],
    ['part of a string', () => `Bearer ${secret}`],
    ['a sum', () => `${'x'.concat(secret as unknown as string)}`],
    ['JSON', () => JSON.stringify(within)],
    ['inspect', () => inspect(within, { depth: 9, showHidden: true, getters: true })],
    ['format', () => format('%s %o %O %j', secret, within, within, within)],
    ['an error', () => inspect(new Error(`refused ${secret}`, { cause: within }), { depth: 9 })],
    ['an error of ours', () => inspect(new SignetError('internal', `${secret}`, { cause: within }), { depth: 9 })],
    ['its entries', () => inspect([Object.entries(secret), Reflect.ownKeys(secret), { ...secret }])],
    ['a copy', () => JSON.stringify(structuredClone(JSON.parse(JSON.stringify(within))))],
  ])('is not in %s', (_title, print) => {
    expect(print()).not.toContain(value)
  })

  it('is not in a log line, whatever the field is called', () => {
    const lines: string[] = []
    const log = createLogger('debug', { write: (line: string) => void lines.push(line) })
    log.debug({ ...within, secret, err: new Error(`${secret}`, { cause: within }) }, `got ${secret}`)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('[redacted]')
    expect(lines[0]).not.toContain(value)
  })
})

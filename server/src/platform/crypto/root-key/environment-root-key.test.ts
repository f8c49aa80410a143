import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { StartupError } from '../../signet-error.ts'
import { EnvironmentRootKey } from './environment-root-key.ts'

const place = { keyId: 'one', purpose: 'ca' }

function refusalOf(value: string | undefined): string {
  try {
    new EnvironmentRootKey(value)
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError)
    return String(error)
  }
  throw new Error('the key was accepted')
}

describe('the root key in the environment', () => {
  it('wraps and unwraps, and is named by its bytes (SEC-56)', async () => {
    const value = randomBytes(32).toString('base64')
    const root = new EnvironmentRootKey(value)
    const wrapped = await root.wrap(place, Buffer.from('key'))
    expect((await new EnvironmentRootKey(value).unwrap(place, wrapped)).toString()).toBe('key')
    expect(await root.health()).not.toBe(await new EnvironmentRootKey(randomBytes(32).toString('base64')).health())
  })

  it.each([
    ['short', randomBytes(16).toString('base64')],
    ['long', randomBytes(48).toString('base64')],
    ['hexadecimal', randomBytes(32).toString('hex')],
    ['base64url', Buffer.alloc(32, 0xfb).toString('base64url')],
    ['of one byte repeated', Buffer.alloc(32, 7).toString('base64')],
    ['of a repeated block', Buffer.alloc(32, randomBytes(8)).toString('base64')],
    ['a passphrase', Buffer.from('correct-horse-battery-staple-1234').subarray(0, 32).toString('base64')],
  ])('that is %s is refused and not repeated (SEC-56)', (_what, value) => {
    const words = refusalOf(value)
    expect(words).toContain('SIGNET_ROOT_KEY')
    expect(words).toContain('openssl rand -base64 32')
    expect(words).not.toContain(value)
  })

  it('that is absent is named by its setting', () => {
    expect(refusalOf(undefined)).toContain('SIGNET_ROOT_KEY is not set')
    expect(refusalOf('')).toContain('SIGNET_ROOT_KEY is not set')
  })
})

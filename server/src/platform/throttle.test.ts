import { describe, expect, it } from 'vitest'
import { addressKey } from './throttle.ts'

describe('the key of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2::7', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s: one host has one, however it writes its address (SEC-11)', (ip, key) => {
    expect(addressKey(ip)).toBe(key)
  })

  it('of a request without an address is that of the host itself', () => {
    expect(addressKey(null)).toBe('local')
  })
})

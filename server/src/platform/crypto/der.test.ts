import { describe, expect, it } from 'vitest'
import { readDer } from './der.ts'

const read = (hex: string) => readDer(Buffer.from(hex, 'hex'))
const nested = (depth: number): Buffer => {
  let bytes = Buffer.alloc(0)
  for (let level = 0; level < depth; level += 1) bytes = Buffer.concat([Buffer.of(0x30, bytes.length), bytes])
  return bytes
}

describe('strict DER', () => {
  it.each([
    ['a sequence of an integer and a null', '30050201000500'],
    ['a boolean that is true', '0101ff'],
    ['a negative integer', '020180'],
    ['an integer whose first octet only carries the sign', '02020080'],
    ['an empty bit string', '030100'],
    ['a bit string with one unused bit', '03020102'],
    ['a sorted set', '3106020101020102'],
    ['a length of two octets', `30820100${'0500'.repeat(128)}`],
  ])('takes %s', (_title, hex) => {
    expect(read(hex).bytes.toString('hex')).toBe(hex)
  })

  it.each([
    ['nothing', '', 'cut short'],
    ['a header alone', '30', 'cut short'],
    ['fewer bytes than its length', '300502', 'cut short'],
    ['a child longer than its parent', '3003020200', 'cut short'],
    ['trailing bytes', '050000', 'bytes follow'],
    ['an indefinite length', '30800000', 'indefinite'],
    ['a length longer than needed', '308103020100', 'longer than needed'],
    ['a two-octet length longer than needed', '30820003020100', 'longer than needed'],
    ['a length of three octets', '3083010000', 'more than two'],
    ['a high tag number', '1f8100', 'tag number'],
    ['an end-of-contents mark', '30020000', 'end-of-contents'],
    ['a primitive sequence', '10020500', 'wrong form'],
    ['a constructed string', '2c03040100', 'wrong form'],
    ['a boolean of 01', '010101', 'boolean'],
    ['a null with content', '050100', 'null'],
    ['an empty integer', '0200', 'empty'],
    ['a padded integer', '02020001', 'longer than needed'],
    ['a padded negative integer', '0202ff80', 'longer than needed'],
    ['a bit string without its first octet', '0300', 'impossible'],
    ['nine unused bits', '03020900', 'impossible'],
    ['unused bits of nothing', '030101', 'impossible'],
    ['unused bits that are set', '03020101', 'unused bits set'],
    ['an object identifier that does not end', '060180', 'does not end'],
    ['an object identifier with a padded number', '0603558001', 'longer than needed'],
    ['an empty object identifier', '0600', 'does not end'],
    ['an unsorted set', '3106020102020101', 'not sorted'],
  ])('refuses %s', (_title, hex, reason) => {
    expect(() => read(hex)).toThrow(reason)
  })

  it('goes 16 levels deep and no deeper', () => {
    expect(() => readDer(nested(16))).not.toThrow()
    expect(() => readDer(nested(17))).toThrow('nested')
  })
})

import { expect, test } from 'vitest'
import { tokenNumberIn } from './token-number.ts'

const uti = `${'aB3_-'.repeat(4)}xy`
const token = (claims: object) => `e30.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.c2ln`

test('finds the number of a token in the token, with its scheme too, or alone', () => {
  for (const pasted of [uti, ` ${uti}\n`, token({ uti }), `Authorization: Bearer ${token({ uti })}`]) {
    expect(tokenNumberIn(pasted)).toEqual({ kind: 'uti', uti })
  }
})

test('takes a GUID for the ID of a request', () => {
  const correlationId = '01890000-0000-7000-8000-000000000001'
  expect(tokenNumberIn(correlationId.toUpperCase())).toEqual({ kind: 'request', correlationId })
})

test.each(['', 'nonsense', 'a.b.c', token({}), token({ uti: 'short' }), token({ uti: 7 })])(
  'knows nothing of %j',
  (pasted) => {
    expect(tokenNumberIn(pasted)).toEqual({ kind: 'unknown' })
  },
)

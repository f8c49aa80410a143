import { describe, expect, test } from 'vitest'
import { codeOf, returnPath } from './return-path.ts'

const origin = 'http://localhost:7420'
const isPage = (pathname: string) => ['/instances', '/audit', '/sign-in'].includes(pathname)

describe('returnPath (SEC-23)', () => {
  test.each(['/audit', '/audit?outcome=refused', '/instances?q=vm'])('goes back to %s', (asked) => {
    expect(returnPath(asked, origin, isPage)).toBe(asked)
  })

  test.each([
    undefined,
    '',
    'audit',
    '//evil.example/audit',
    '/\\evil.example/audit',
    'https://evil.example/audit',
    'javascript:alert(1)',
    '/nowhere',
    '/sign-in',
    '/%2f%2fevil.example',
  ])('goes to the start page instead of %s', (asked) => {
    expect(returnPath(asked, origin, isPage)).toBe('/')
  })
})

test.each([
  ['#code=abc-DEF_123', 'abc-DEF_123'],
  ['code=abc', 'abc'],
  ['#code=', undefined],
  ['', undefined],
  ['#other=1', undefined],
])('reads the code of %s', (fragment, code) => {
  expect(codeOf(fragment)).toBe(code)
})

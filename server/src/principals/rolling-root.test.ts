import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { toPem } from '../platform/crypto/certificate.ts'
import { loopbackNames } from '../platform/service-names.ts'
import { CertificateAuthorities } from './certificate-authorities.ts'
import { leafOf } from './testing/issued-leaf.ts'

const run = promisify(execFile)
const yearMs = 365 * dayMs
let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const roots = (state: string) => stack.authorities.list().filter((one) => one.scope === 'root' && one.state === state)

/** What OpenSSL says of a chain to somebody who trusts these roots alone, at this instant. */
async function opensslSays(chain: readonly Buffer[], trusted: string, now: number): Promise<'OK' | string> {
  const [leaf, above, anchors] = ['leaf', 'above', 'anchors'].map((name) => join(stack.folder, `${name}.pem`))
  writeFileSync(given(leaf), toPem(given(chain[0])))
  writeFileSync(given(above), chain.slice(1).map(toPem).join(''))
  writeFileSync(given(anchors), trusted)
  const at = String(Math.floor(now / secondMs))
  const files = ['-CAfile', given(anchors), '-untrusted', given(above), given(leaf)]
  return run('openssl', ['verify', '-x509_strict', '-attime', at, '-no-CApath', '-no-CAstore', ...files]).then(
    () => 'OK',
    (error: { stderr: string }) => error.stderr,
  )
}

const tlsLeaf = () => leafOf(stack.authorities, 'tls', [...loopbackNames])

describe('the root (SEC-49, SEC-51)', () => {
  it('is followed by the next one: published from half life, signing from five sixths, the old one trusted to its end', async () => {
    const { authorities, clock } = stack
    const [first] = roots('active')
    const plan = given(first)
    expect(plan.prepareAt).not.toBeNull()
    clock.advance(5 * yearMs - hourMs)
    await authorities.roll()
    expect(roots('prepared')).toEqual([])
    clock.advance(hourMs)
    await authorities.roll()
    const [second] = roots('prepared')
    expect(authorities.roots.match(/BEGIN/g)).toHaveLength(2)
    expect(authorities.serverCas).toContain(authorities.roots)
    clock.advance((10 * yearMs * 5) / 6 - 5 * yearMs)
    await authorities.roll()
    expect([roots('active'), roots('retiring')].map(([one]) => one?.id)).toEqual([second?.id, first?.id])
    clock.advance(given(first).leavesUntil - clock.now() - hourMs)
    await authorities.roll()
    expect(authorities.roots.match(/BEGIN/g)).toHaveLength(2)
    clock.advance(hourMs)
    await authorities.roll()
    expect(authorities.roots.match(/BEGIN/g)).toHaveLength(1)
    const trail = (await rowsOf(stack, 'audit_events')).filter(({ target_id }) =>
      [first?.id, second?.id].includes(String(target_id)),
    )
    const told = trail.map(({ action, target_id }) => [action, target_id === first?.id ? 'first' : 'second'])
    expect(told).toEqual([
      ['authority.ca_created', 'first'],
      ['authority.ca_prepared', 'second'],
      ['authority.ca_retiring', 'first'],
      ['authority.ca_activated', 'second'],
      ['authority.ca_retired', 'first'],
    ])
  })

  it('rolls for thirty years: a copy of the roots serves for four years at any time, and the first copy for as long as its root', async () => {
    const { authorities, clock } = stack
    const firstCopy = authorities.roots
    const firstEnds = given(roots('active')[0]).leavesUntil
    const copies = [firstCopy]
    const signers = new Set<string>()
    for (let half = 0; half < 60; half += 1) {
      clock.advance(yearMs / 2)
      await authorities.roll()
      const { chain } = await tlsLeaf()
      for (const { id } of roots('active')) signers.add(id)
      copies.push(authorities.roots)
      const fourYearsAgo = given(copies.at(-9) ?? firstCopy)
      expect(await opensslSays(chain, authorities.roots, clock.now())).toBe('OK')
      expect(await opensslSays(chain, fourYearsAgo, clock.now()), `half-year ${half}`).toBe('OK')
      if (clock.now() < firstEnds) expect(await opensslSays(chain, firstCopy, clock.now())).toBe('OK')
    }
    expect(signers.size).toBe(6)
  }, 60_000)

  it('while it hands over: who trusts the new one alone is served as well as who trusts the old one alone', async () => {
    const { authorities, clock } = stack
    const old = authorities.roots
    clock.advance(5 * yearMs)
    await authorities.roll()
    const fresh = authorities.roots.replace(old, '')
    // By 9.8 years each CA that signs stands under the new root.
    for (let tenth = 0; tenth < 48; tenth += 1) {
      clock.advance(yearMs / 10)
      await authorities.roll()
    }
    for (const scope of ['tls', 'agents', 'credentials'] as const) {
      const { chain } = await leafOf(authorities, scope, scope === 'tls' ? [...loopbackNames] : undefined, 1)
      expect(await opensslSays(chain, old, clock.now())).toBe('OK')
      expect(await opensslSays(chain, fresh, clock.now())).toBe('OK')
    }
  })

  it('leaves chains that were made before as valid as they were', async () => {
    const { authorities, clock } = stack
    const old = authorities.roots
    clock.advance(8.3 * yearMs)
    await authorities.roll()
    const before = await leafOf(authorities, 'credentials', undefined, 365)
    clock.advance(0.5 * yearMs)
    await authorities.roll()
    expect(roots('retiring')).toHaveLength(1)
    expect(await opensslSays(before.chain, old, clock.now())).toBe('OK')
    expect(await opensslSays(before.chain, authorities.roots, clock.now())).toBe('OK')
  })

  it.each([4, 9, 9.99, 10.5, 25])('is caught up with after a server that was off for %d years', async (years) => {
    stack.clock.advance(years * yearMs)
    const authorities = await CertificateAuthorities.open({ ...stack, serverNames: loopbackNames })
    for (let day = 0; day < 60; day += 4) {
      const { chain } = await leafOf(authorities, 'tls', [...loopbackNames], 4)
      if (day % 12 === 0) expect(await opensslSays(chain, authorities.roots, stack.clock.now())).toBe('OK')
      stack.clock.advance(4 * dayMs)
      await authorities.roll()
    }
  })

  it('signs nothing that ends after it', async () => {
    const { authorities, clock } = stack
    for (let quarter = 0; quarter < 60; quarter += 1) {
      clock.advance(yearMs / 4)
      await authorities.roll()
    }
    const rows = await rowsOf(stack, 'certificate_authorities')
    expect(rows.filter(({ scope }) => scope === 'root').length).toBeGreaterThan(1)
    for (const row of rows.filter(({ scope }) => scope !== 'root')) {
      const made = Number(row['created_at'])
      const above = rows.filter(({ scope, created_at }) => scope === 'root' && Number(created_at) <= made)
      expect(above.some((root) => Number(row['not_after']) <= Number(root['leaves_until']))).toBe(true)
    }
  })

  it('is made once by two servers at once, each step on record once', async () => {
    const other = await CertificateAuthorities.open({ ...stack, serverNames: loopbackNames })
    for (const years of [5.1, 3.5]) {
      stack.clock.advance(years * yearMs)
      await Promise.all([stack.authorities.roll(), other.roll(), stack.authorities.roll()])
    }
    await other.roll()
    await stack.authorities.roll()
    expect(other.roots).toBe(stack.authorities.roots)
    const events = (await rowsOf(stack, 'audit_events')).filter(({ target_label }) =>
      String(target_label).includes('Root'),
    )
    expect(events.map(({ action }) => action)).toEqual([
      ...['authority.ca_created', 'authority.ca_prepared', 'authority.ca_retiring', 'authority.ca_activated'],
    ])
  })
})

describe('a root that is rotated now', () => {
  it('vouches for the next one, which signs from then on; clients that know the old one alone notice nothing', async () => {
    const { authorities, clock } = stack
    const old = authorities.roots
    const [root] = roots('active')
    const done = await authorities.rotateNow(contextOf(), given(root).id, 'the vault was open')
    expect([done.retiring.id, done.active.scope]).toEqual([root?.id, 'root'])
    const [tls] = authorities.list().filter((one) => one.scope === 'tls')
    await authorities.rotateNow(contextOf(), given(tls).id, undefined)
    const { chain } = await tlsLeaf()
    expect(chain).toHaveLength(4)
    expect(await opensslSays(chain, old, clock.now())).toBe('OK')
    expect(await opensslSays(chain, authorities.roots.replace(old, ''), clock.now())).toBe('OK')
  })

  it('is refused while the one before still hands over to it', async () => {
    const { authorities } = stack
    const [root] = roots('active')
    const { active } = await authorities.rotateNow(contextOf(), given(root).id, undefined)
    await expect(authorities.rotateNow(contextOf(), active.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
  })
})

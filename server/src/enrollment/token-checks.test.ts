import type { TokenCheck } from '@signet/shared/api/token-tests'
import { AgentId, InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { describe, expect, it } from 'vitest'
import { newGuid } from '../platform/identifiers.ts'
import type { ServiceInstance } from '../resources/index.ts'
import { type TokenVerifier, verifyToken } from './token-checks.ts'

const principalId = ObjectId.parse(newGuid())
const instance: ServiceInstance = {
  id: InstanceId.parse(newGuid()),
  name: 'web-01',
  kind: 'host',
  resourceId: '/x',
  identityState: 'on',
  principalId,
  agentId: AgentId.parse(newGuid()),
  version: 1,
  createdAt: 0,
}
const signature: TokenCheck = { name: 'signature', ok: true, detail: 'RS256' }
const asked: string[][] = []

function verifierOf(claims: Record<string, unknown>): TokenVerifier {
  return {
    verify: (...given) => {
      asked.push(given)
      return { header: { alg: 'RS256' }, claims, checks: [signature] }
    },
  }
}

const requestOf = (of: ServiceInstance, assigned: readonly string[] = []) => ({
  resource: 'https://vault',
  selector: null,
  instance: of,
  assigned,
})

const principalCheck = (claims: Record<string, unknown>, of: ServiceInstance = instance) =>
  verifyToken(verifierOf(claims), 'a.b.c', requestOf(of)).checks.find((check) => check.name === 'principal')?.ok

describe('a tested token', () => {
  it('is judged for the resource that was asked for, and by whose identity it is', () => {
    const tested = verifyToken(verifierOf({ oid: principalId }), 'a.b.c', requestOf(instance))
    expect(asked.at(-1)).toEqual(['a.b.c', 'https://vault'])
    expect(tested.checks.map((check) => [check.name, check.ok])).toEqual([
      ['signature', true],
      ['principal', true],
    ])
    expect(tested).toMatchObject({ header: { alg: 'RS256' }, claims: { oid: principalId } })
  })

  it('of another identity, of none, or of an instance without one fails that check', () => {
    expect(principalCheck({ oid: newGuid() })).toBe(false)
    expect(principalCheck({})).toBe(false)
    expect(principalCheck({ oid: null }, { ...instance, principalId: null })).toBe(false)
    expect(principalCheck({ oid: principalId.toUpperCase() })).toBe(false)
  })

  it('of a user-assigned identity passes where the instance has no identity of its own', () => {
    const userId = newGuid()
    const judged = (of: ServiceInstance) => {
      const { checks } = verifyToken(verifierOf({ oid: userId }), 'a.b.c', requestOf(of, [userId]))
      return checks.find((check) => check.name === 'principal')?.ok
    }
    expect(judged({ ...instance, identityState: 'off' })).toBe(true)
    expect(judged(instance)).toBe(false)
  })

  it('is not in the answer, only eight characters of its hash are (SEC-172)', () => {
    const token = `secret.${newGuid()}.token`
    const tested = verifyToken(verifierOf({ oid: principalId }), token, requestOf(instance))
    expect(JSON.stringify(tested)).not.toContain(token)
    expect(tested.fingerprint).toMatch(/^.{8}$/)
  })
})

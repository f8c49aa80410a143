import type { TestTarget, TestTargets, TokenTest, TokenTestRequest } from '@signet/shared/api/token-tests'
import { LocalDialect, ProbeSelector } from '@signet/shared/wire/agent-protocol'

/** What the address of the tester holds: plain strings that people can type, so any of them can be wrong. */
export interface TestSearch {
  readonly instance?: string | undefined
  readonly dialect?: string | undefined
  readonly resource?: string | undefined
  /** `1`: past the agent's cache. */
  readonly fresh?: '1' | undefined
  /** `1`: a token of five minutes. */
  readonly short?: '1' | undefined
  readonly select?: string | undefined
  readonly value?: string | undefined
}

/** The form's content: the address where it makes sense, defaults where it does not. */
export interface TestDraft {
  readonly target: TestTarget | undefined
  readonly dialect: LocalDialect
  readonly resource: string
  readonly bypassCache: boolean
  readonly shortLived: boolean
  readonly selectorName: ProbeSelector['name'] | undefined
  readonly selectorValue: string
}

export const selectorNames = ProbeSelector.shape.name.options

export function draftOf(search: TestSearch, targets: TestTargets): TestDraft {
  const target = pick(targets, search.instance)
  const served = target?.dialects.filter(({ refusal }) => refusal === null).map(({ dialect }) => dialect)
  const wanted = LocalDialect.safeParse(search.dialect).data
  return {
    target,
    dialect: served?.find((dialect) => dialect === wanted) ?? served?.[0] ?? wanted ?? 'imds',
    resource: search.resource ?? usualResource(targets),
    bypassCache: search.fresh === '1',
    shortLived: search.short === '1',
    selectorName: ProbeSelector.shape.name.safeParse(search.select).data,
    selectorValue: search.value ?? '',
  }
}

/** The one that examples everywhere ask for, where it is offered. */
function usualResource({ resources }: TestTargets): string {
  return (resources.find(({ uri }) => uri === 'https://vault.azure.net') ?? resources[0])?.uri ?? ''
}

/** What is sent, or undefined while something is missing. */
export function requestOf(draft: TestDraft): TokenTestRequest | undefined {
  const { target, dialect, bypassCache, shortLived } = draft
  const resource = draft.resource.trim()
  const value = draft.selectorValue.trim()
  if (!target || resource === '' || (draft.selectorName && value === '')) return undefined
  const selector = draft.selectorName ? { name: draft.selectorName, value } : null
  return { instanceId: target.id, resource, dialect, bypassCache, shortLived, selector }
}

/** What asks for the same as a test did, or for the identity that the instance has. */
export function againOf(test: TokenTest, change?: { withoutSelector: true }): TokenTestRequest {
  const { instance, resource, dialect, bypassCache, shortLived, selector } = test
  return { instanceId: instance.id, resource, dialect, bypassCache, shortLived, selector: change ? null : selector }
}

/** The address of the tester that would ask the same again. */
export function searchOf(request: TokenTestRequest): TestSearch {
  return {
    instance: request.instanceId,
    dialect: request.dialect,
    resource: request.resource,
    fresh: request.bypassCache ? '1' : undefined,
    short: request.shortLived ? '1' : undefined,
    select: request.selector?.name,
    value: request.selector?.value,
  }
}

function pick({ instances }: TestTargets, preselected: string | undefined): TestTarget | undefined {
  return (
    instances.find((each) => each.id === preselected) ??
    instances.find((each) => each.enabled && each.connected) ??
    instances[0]
  )
}

import { visibleText } from '../../ui/visible-text.ts'

/** What a type of resource is called, by its name in lower case. */
export const typeWords: Readonly<Record<string, string>> = {
  'microsoft.keyvault/vaults': 'vault',
  'microsoft.compute/virtualmachines': 'virtual machine',
  'microsoft.web/sites': 'app',
  'microsoft.managedidentity/userassignedidentities': 'identity',
}

/** One step of the way from the whole deployment down to a scope. */
export interface ScopeStep {
  /** As the resource manager knows it; `/` for the whole deployment. */
  readonly scope: string
  /** What it is called, such as `vault acme`. */
  readonly words: string
}

/** The way down to a scope, from the whole deployment on; one that cannot be read is one step of its own. */
export function stepsTo(scope: string): readonly ScopeStep[] {
  const everywhere = { scope: '/', words: 'the whole deployment' }
  if (scope === '/') return [everywhere]
  const segments = scope.split('/').slice(1)
  const steps: ScopeStep[] = [everywhere]
  const until = (count: number) => `/${segments.slice(0, count).join('/')}`
  let at = 0
  if (lower(segments[0]) === 'subscriptions') {
    at = 2
    steps.push({ scope: until(at), words: `subscription ${visibleText(segments[1] ?? '').slice(0, 8)}…` })
    if (lower(segments[at]) === 'resourcegroups') {
      at += 2
      steps.push({ scope: until(at), words: `resource group ${visibleText(segments[at - 1] ?? '')}` })
    }
  }
  if (at >= segments.length) return steps
  if (lower(segments[at]) !== 'providers' || segments.length < at + 4) {
    return [everywhere, { scope, words: visibleText(scope) }]
  }
  let type = `${segments[at + 1]}/${segments[at + 2]}`
  at += 4
  steps.push({ scope: until(at), words: thing(typeWords[type.toLowerCase()] ?? type, segments[at - 1]) })
  while (at + 2 <= segments.length) {
    type = segments[at] ?? ''
    at += 2
    steps.push({ scope: until(at), words: thing(type === 'secrets' ? 'secret' : type, segments[at - 1]) })
  }
  return steps
}

/** What a scope is called, in short: `vault acme`. */
export function scopeWords(scope: string): string {
  return stepsTo(scope).at(-1)?.words ?? scope
}

/** Whether what holds at one scope holds at another: it is the same, or above it. */
export function covers(outer: string, inner: string): boolean {
  const [wide, narrow] = [outer.toLowerCase(), inner.toLowerCase()]
  return wide === '/' || wide === narrow || narrow.startsWith(`${wide}/`)
}

function thing(type: string, name: string | undefined): string {
  return `${visibleText(type)} ${visibleText(name ?? '')}`
}

function lower(text: string | undefined): string {
  return (text ?? '').toLowerCase()
}

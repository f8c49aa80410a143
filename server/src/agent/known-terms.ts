import type { TokenTerms } from '@signet/shared/wire/agent-protocol'

/** Which cached tokens are not to be served again. */
export type Stale = { readonly of: 'all' } | { readonly of: 'some'; readonly isFor: (resource: string) => boolean }

/**
 * The terms that cached tokens were had under. A signing key that was revoked makes all of them stale, an audience that
 * changed those for it. Terms are compared by their revision within one connection only, as states are.
 */
export class KnownTerms {
  #terms: TokenTerms | undefined
  #revision = Number.NEGATIVE_INFINITY

  /** A new connection: whatever comes first on it counts. */
  begin(): void {
    this.#revision = Number.NEGATIVE_INFINITY
  }

  /** @returns what is stale by them; undefined when nothing is, or when they are older than those known */
  take(terms: TokenTerms): Stale | undefined {
    if (terms.revision < this.#revision) return undefined
    this.#revision = terms.revision
    const before = this.#terms
    this.#terms = terms
    if (!before) return undefined
    if (before.keyEpoch !== terms.keyEpoch) return { of: 'all' }
    const changed = changedNames(before, terms)
    return changed.size === 0 ? undefined : { of: 'some', isFor: (resource) => changed.has(nameOf(resource)) }
  }
}

/** Names of the audiences that are in one of both alone, or in another version. */
function changedNames(before: TokenTerms, after: TokenTerms): Set<string> {
  const [old, now] = [versionsOf(before), versionsOf(after)]
  const names = new Set<string>()
  for (const { uri, appId } of [...before.audiences, ...after.audiences]) {
    if (old.get(uri) === now.get(uri)) continue
    names.add(nameOf(uri))
    names.add(appId)
  }
  return names
}

function versionsOf({ audiences }: TokenTerms): Map<string, string> {
  return new Map(audiences.map(({ uri, appId, version }) => [uri, `${appId} ${version}`]))
}

/** How the authority looks a resource up: one or two slashes at its end do not count. */
function nameOf(resource: string): string {
  return resource.replace(/\/{1,2}$/, '')
}

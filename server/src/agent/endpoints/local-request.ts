import { uniquePairs } from '../../platform/http/body.ts'
import { splitTarget } from '../../platform/http/hardening.ts'
import { SignetError } from '../../platform/signet-error.ts'

/** A request target taken apart: the collapsed path, and the decoded parameters unless they are malformed. */
export interface LocalTarget {
  readonly path: string
  /** As it came. */
  readonly query: string
  /** The `api-version`, also of parameters that are malformed; only to tell dialects apart. */
  readonly version: string | undefined
  /** @throws SignetError `invalid_request` for a repeated parameter */
  readonly parameters: () => ReadonlyMap<string, string>
}

const mostRemembered = 500
const longestRemembered = 1_024
export const mostParameters = 32

/** Workloads ask the same thing again and again: what was parsed once is remembered. */
export class LocalTargets {
  readonly #remembered = new Map<string, LocalTarget>()

  read(target: string): LocalTarget {
    const known = this.#remembered.get(target)
    if (known) return known
    const parsed = parseTarget(target)
    if (target.length <= longestRemembered) {
      if (this.#remembered.size >= mostRemembered) this.#remembered.clear()
      this.#remembered.set(target, parsed)
    }
    return parsed
  }
}

function parseTarget(target: string): LocalTarget {
  const { path, query } = splitTarget(target)
  try {
    const parameters = uniquePairs(query, mostParameters)
    return { path, query, version: parameters.get('api-version'), parameters: () => parameters }
  } catch (error) {
    // Thrown when it is read: the guards of the dialect come first.
    const refusal = SignetError.from(error)
    return {
      path,
      query,
      version: new URLSearchParams(query).get('api-version') ?? undefined,
      parameters: () => {
        throw refusal
      },
    }
  }
}

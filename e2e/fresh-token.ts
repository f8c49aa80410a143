import { expect } from '@playwright/test'
import type { Stack } from './stack.ts'

export const vault = 'https://vault.azure.net'

interface TokenTest {
  readonly outcome: string
  readonly token: { readonly claims: { readonly uti: string } } | null
}

interface Fresh {
  /** The `uti` of tokens that do not count. */
  readonly known?: ReadonlySet<string>
  /** Told when none comes. */
  readonly when?: string
}

/**
 * Asks past the agent's cache until the authority has signed a token that is none of `known`: the agent passes its cache by at
 * most once in ten seconds.
 *
 * @returns the token's `uti`
 */
export async function freshToken(stack: Stack, name: string, { known, when = '' }: Fresh = {}): Promise<string> {
  let uti = ''
  const ask = async () => {
    const test = await stack.json<TokenTest>('token', name, '--resource', vault, '--bypass-cache')
    uti = test.token?.claims.uti ?? ''
    return known?.has(uti) ? 'from the cache' : test.outcome
  }
  await expect.poll(() => ask().catch(String), { timeout: 30_000, message: `a fresh token ${when}` }).toBe('ok')
  return uti
}

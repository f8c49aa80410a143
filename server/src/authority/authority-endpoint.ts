import { randomUUID } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import { splitTarget } from '../platform/http/hardening.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { RevocationLists } from '../principals/index.ts'
import type { DiscoveryEndpoint } from './discovery-endpoint.ts'
import type { IntrospectionEndpoint } from './introspection-endpoint.ts'
import type { RevocationFeed } from './revocation-feed-endpoint.ts'
import type { TokenEndpoint } from './token-endpoint.ts'

/** Every path of the authority. Paths compare without regard to case, since clients lower-case whole URLs. */
export function authorityEndpoint(parts: {
  token: TokenEndpoint
  discovery: DiscoveryEndpoint
  feed: RevocationFeed
  introspection: IntrospectionEndpoint
  revocationLists?: Pick<RevocationLists, 'answer'>
}): RequestListener {
  const { token, discovery, feed, introspection, revocationLists } = parts
  const refuse = (response: ServerResponse, thrown: unknown) => {
    const id = randomUUID()
    token.refuse(response, thrown, { traceId: id, correlationId: id, isDocument: true })
  }
  return (request, response) => {
    const { path, query } = splitTarget(request.url ?? '/')
    const folded = path.toLowerCase()
    if (token.matches(folded)) {
      void token.answer(request, response, folded)
      return
    }
    if (introspection.matches(folded)) {
      void introspection.answer(request, response, folded)
      return
    }
    if (feed.matches(folded)) {
      feed.answer(request, response, folded, query).catch((thrown: unknown) => refuse(response, thrown))
      return
    }
    try {
      if (discovery.answer(request, response, folded, query)) return
      if (revocationLists?.answer(request, response, folded)) return
      throw new SignetError('not_found', 'The authority has no such address.')
    } catch (thrown) {
      refuse(response, thrown)
    }
  }
}

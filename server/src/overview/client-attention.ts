import type { AttentionItem, Severity } from '@signet/shared/api/overview'
import { dayMs } from '@signet/shared/vocabulary/time'
import { span } from '../platform/span.ts'
import type { BroadTrust, EndingClient, Some } from './attention-facts.ts'
import { item } from './attention-item.ts'
import { attentionLists } from './attention-lists.ts'
import { pagePaths } from './page-paths.ts'

/** What ends within this may not be left to the next working week. */
const urgentMs = 7 * dayMs

/** Applications that are refused now, or will be, because what they prove themselves with has ended or ends soon. */
export function endingCredentials({ items, total, isCapped }: Some<EndingClient>, nowMs: number): AttentionItem[] {
  const kind = 'client_credential_expiring'
  const named = items.map((client) => {
    const { principalId, name, credential, requests } = client
    const { kind: what, label, endsAt } = credential
    const when = endsAt > nowMs ? `ends in ${span(endsAt - nowMs)}` : `ended ${span(nowMs - endsAt)} ago`
    const why = client.isUsed ? 'and is in use' : 'and nothing else that it could prove itself with ends later'
    return item(
      {
        key: `${kind} ${principalId}`,
        ...{ kind, severity: severityOf(client, nowMs), title: name, requests },
        reason: `Its ${what} ${label} ${when}, ${why}.`,
        target: { kind: 'application', id: principalId, name },
      },
      {
        code: 'open_credentials',
        label: `Replace the ${what}`,
        path: pagePaths.application(principalId, what === 'secret' ? 'secrets' : 'certificates'),
      },
    )
  })
  const rest = total - named.length
  if (rest <= 0) return named
  const reason = 'A secret or certificate that they need has ended or ends within 30 days.'
  const title = `${isCapped ? 'More than ' : ''}${rest} more ${rest === 1 ? 'application' : 'applications'}`
  const { path } = attentionLists[kind]
  const more = item(
    { key: kind, kind, severity: 'warning', title, reason, count: rest },
    { code: 'open_list', label: 'Show them', path },
  )
  return [...named, more]
}

function severityOf({ credential: { endsAt }, isUsed }: EndingClient, nowMs: number): Severity {
  if (endsAt <= nowMs) return isUsed ? 'critical' : 'notice'
  return endsAt - nowMs <= urgentMs ? 'warning' : 'notice'
}

/** Principals that strangers might get a token as. */
export function broadRules(
  { items, total, isCapped }: Some<BroadTrust>,
  of: 'application' | 'identity',
): AttentionItem[] {
  const kind = 'federation_broad'
  const named = items.map(({ principalId, name, rule, warning }) =>
    item(
      {
        ...{ key: `${kind} ${principalId}`, kind, severity: 'warning', title: name },
        reason: `Its federated credential ${rule} trusts more than was probably meant. ${warning}`,
        target: { kind: of, id: principalId, name },
      },
      {
        code: 'open_credentials',
        label: 'Narrow the rule',
        path: of === 'application' ? pagePaths.application(principalId, 'federation') : pagePaths.identity(principalId),
      },
    ),
  )
  const rest = total - named.length
  if (rest <= 0) return named
  const things = of === 'application' ? ['application', 'applications'] : ['identity', 'identities']
  const title = `${isCapped ? 'More than ' : ''}${rest} more ${rest === 1 ? things[0] : things[1]}`
  const reason = 'They have federated credentials that trust more than was probably meant.'
  const { path } = attentionLists[of === 'application' ? 'broad_applications' : 'broad_identities']
  const more = item(
    { key: `${kind} ${of}`, kind, severity: 'warning', title, reason, count: rest },
    { code: 'open_list', label: 'Show them', path },
  )
  return [...named, more]
}

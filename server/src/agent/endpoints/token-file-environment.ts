import { existsSync } from 'node:fs'
import { DesiredState } from '@signet/shared/wire/agent-protocol'
import { agentFiles, loadStored } from '../agent-folder.ts'
import { selectIdentity } from '../identity-selector.ts'

/** The spelling of the tenant with which clients ask no cloud about the authority first (wire-protocol §3.9). */
const tenant = 'adfs'

/**
 * The variables that lead a client to the token file of an identity, and have it trust the authority.
 *
 * @param clientId of the identity that is meant; otherwise the system-assigned one, or the only user-assigned one
 * @returns undefined when the agent keeps no file for it
 * @throws SignetError `identity_not_found` | `invalid_request` when several could be meant
 */
export function tokenFileVariables(agentDir: string, clientId: string | undefined): Record<string, string> | undefined {
  const state = loadStored(agentFiles.state(agentDir), DesiredState)
  const selector = clientId === undefined ? undefined : ({ kind: 'clientId', value: clientId } as const)
  const identity = selectIdentity(state?.principals ?? [], selector, true)
  const file = agentFiles.tokenFile(agentDir, identity.clientId)
  if (!state || !existsSync(file)) return undefined
  const all = agentFiles.allCas(agentDir)
  return {
    AZURE_FEDERATED_TOKEN_FILE: file,
    AZURE_CLIENT_ID: identity.clientId,
    AZURE_TENANT_ID: tenant,
    AZURE_AUTHORITY_HOST: state.authorityUrl,
    NODE_EXTRA_CA_CERTS: agentFiles.authorityCa(agentDir),
    // These take the place of what a client trusts otherwise, so all of that is in the file.
    SSL_CERT_FILE: all,
    REQUESTS_CA_BUNDLE: all,
  }
}

import type { SecretSummary, VaultSummary } from '@signet/shared/api/vault'
import { shellWord } from '../../ui/shell-word.ts'

/** One thing that the copy menu offers. */
export interface Snippet {
  readonly what: string
  readonly value: string
}

const packages = [
  "import { DefaultAzureCredential } from '@azure/identity'",
  "import { SecretClient } from '@azure/keyvault-secrets'",
]

const clientOf = (url: string) => `const vault = new SecretClient('${url}', new DefaultAzureCredential())`

export function vaultSnippets(vault: VaultSummary): Snippet[] {
  return [
    { what: 'URI', value: vault.url },
    { what: 'ARM ID', value: vault.resourceId },
    { what: 'as JSON', value: JSON.stringify(vault, null, 2) },
    { what: 'az command', value: `az keyvault secret list --vault-name ${shellWord(vault.name)}` },
    { what: 'SecretClient code', value: [...packages, '', clientOf(vault.url)].join('\n') },
  ]
}

/** What names one secret; none of it has the value. */
export function secretSnippets(vault: VaultSummary, { name, current }: SecretSummary): Snippet[] {
  const identifier = `${vault.url}/secrets/${name}`
  const read = `const { value } = await vault.getSecret('${name}')`
  return [
    { what: 'identifier', value: identifier },
    { what: 'identifier of this version', value: `${identifier}/${current.id}` },
    { what: 'scope for a role', value: `${vault.resourceId}/secrets/${name}` },
    { what: 'az command', value: `az keyvault secret show --id ${shellWord(identifier)} --query value -o tsv` },
    { what: 'SecretClient code', value: [...packages, '', clientOf(vault.url), read].join('\n') },
  ]
}

import { typeWords } from './scope-words.ts'

const known: Readonly<Record<string, string>> = {
  'microsoft.keyvault/vaults/secrets/getsecret/action': 'Read the value of a secret',
  'microsoft.keyvault/vaults/secrets/readmetadata/action': 'List secrets and their attributes',
  'microsoft.keyvault/vaults/secrets/setsecret/action': 'Set a secret',
  'microsoft.keyvault/vaults/secrets/delete': 'Delete a secret',
  'microsoft.keyvault/vaults/secrets/recover/action': 'Recover a deleted secret',
  'microsoft.keyvault/vaults/secrets/purge/action': 'Delete a secret for good',
  'microsoft.keyvault/vaults/secrets/backup/action': 'Take a backup of a secret',
  'microsoft.keyvault/vaults/secrets/restore/action': 'Restore a secret from its backup',
  'microsoft.authorization/roleassignments/write': 'Give a role',
  'microsoft.authorization/roleassignments/delete': 'Take a role away',
}

const verbs: Readonly<Record<string, string>> = { read: 'Read', write: 'Create or change', delete: 'Delete' }

/** What an action does, in words: those of the catalogue, or made of its own parts. */
export function actionWords(action: string): string {
  const words = known[action.toLowerCase()]
  if (words !== undefined) return words
  const segments = action.split('/')
  const isOther = segments.at(-1)?.toLowerCase() === 'action' && segments.length > 2
  const verb = (isOther ? segments.at(-2) : segments.at(-1)) ?? ''
  const type = segments.slice(0, isOther ? -2 : -1)
  const what = typeWords[type.join('/').toLowerCase()] ?? spaced(type.at(-1) ?? '')
  return `${verbs[verb.toLowerCase()] ?? capital(spaced(verb))}: ${what}`
}

/** `resourceGroups` as `resource groups`. */
function spaced(word: string): string {
  return word.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

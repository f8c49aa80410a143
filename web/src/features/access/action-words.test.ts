import { expect, it } from 'vitest'
import { actionWords } from './action-words.ts'

it.each([
  ['Microsoft.KeyVault/vaults/secrets/getSecret/action', 'Read the value of a secret'],
  ['Microsoft.Compute/virtualMachines/read', 'Read: virtual machine'],
  ['Microsoft.Resources/subscriptions/resourceGroups/write', 'Create or change: resource groups'],
  ['Microsoft.ManagedIdentity/userAssignedIdentities/assign/action', 'Assign: identity'],
  ['Own.Provider/things/doThis/action', 'Do this: things'],
])('says what %s does', (action, words) => expect(actionWords(action)).toBe(words))

import { ArmError, type ArmRoute, ok } from './arm-call.ts'
import { subscriptionOf } from './places.ts'

const versions = ['2025-05-01', '2024-11-30', '2024-11-01', '2023-01-31', '2022-04-01']

/** Types by namespace, with a version that clients may choose: every version means the same here. */
const providers: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.Authorization': ['roleAssignments', 'roleDefinitions'],
  'Microsoft.Compute': ['virtualMachines', 'virtualMachineScaleSets'],
  'Microsoft.Web': ['sites', 'sites/slots'],
  'Microsoft.HybridCompute': ['machines'],
  'Microsoft.App': ['containerApps'],
  'Microsoft.ManagedIdentity': [
    'userAssignedIdentities',
    'userAssignedIdentities/federatedIdentityCredentials',
    'identities',
  ],
  'Microsoft.KeyVault': ['vaults'],
  'Microsoft.Resources': ['subscriptions', 'resourceGroups', 'resources', 'tenants', 'providers'],
}

/** What there is to ask for, from which az learns the version to ask with. */
export function providerRoutes(): ArmRoute[] {
  const right = {
    action: 'Microsoft.Resources/subscriptions/providers/read',
    at: subscriptionOf,
    within: true as const,
  }
  const one = '/subscriptions/{sub}/providers/{namespace}'
  const scaleSets = { action: 'Microsoft.Compute/virtualMachineScaleSets/read', within: true as const }
  return [
    {
      // There are none, and discovery of machines (Prometheus, for one) asks for them before it goes on to the machines.
      ...{ method: 'GET', path: '/subscriptions/{sub}/providers/microsoft.compute/virtualmachinescalesets' },
      right: { ...scaleSets, at: subscriptionOf },
      run: async () => ok({ value: [] }),
    },
    {
      ...{ method: 'GET', path: '/subscriptions/{sub}/providers', right },
      run: async ({ params }) =>
        ok({ value: Object.keys(providers).map((namespace) => shown(subscriptionOf(params), namespace)) }),
    },
    {
      ...{ method: 'GET', path: one, right },
      run: async ({ params }) => ok(shown(subscriptionOf(params), requireNamespace(params['namespace']))),
    },
    {
      ...{ method: 'POST', path: `${one}/register`, right, bodiless: true },
      run: async ({ params }) => ok(shown(subscriptionOf(params), requireNamespace(params['namespace']))),
    },
  ]
}

function requireNamespace(name = ''): string {
  const found = Object.keys(providers).find((each) => each.toLowerCase() === name.toLowerCase())
  if (found) return found
  throw new ArmError(404, 'InvalidResourceNamespace', 'The resource namespace is not known here.')
}

function shown(subscription: string, namespace: string) {
  return {
    id: `${subscription}/providers/${namespace}`,
    ...{ namespace, registrationState: 'Registered', registrationPolicy: 'RegistrationFree' },
    resourceTypes: (providers[namespace] ?? []).map((resourceType) => ({
      ...{ resourceType, locations: [], apiVersions: versions, defaultApiVersion: versions[0] },
      capabilities: 'None',
    })),
  }
}

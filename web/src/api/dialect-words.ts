import type { LocalDialect } from '@signet/shared/wire/agent-protocol'

/** What people call the local protocols. */
export const dialectWords: Record<LocalDialect, string> = {
  imds: 'Metadata endpoint (IMDS)',
  'app-service': 'App Service endpoint',
  'app-service-2017': 'App Service endpoint of 2017',
  'machine-learning': 'Machine Learning endpoint',
  'cloud-shell': 'Cloud Shell and VM extension endpoint',
  arc: 'Azure Arc endpoint',
  'service-fabric': 'Service Fabric endpoint',
}

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DemoFolder } from '../demo/index.ts'
import { readConfig } from '../platform/config.ts'
import { demoEnvironment } from './demo-environment.ts'

it('gives a demo data, root key and agents of its own, wherever the real ones are, and the same ports', () => {
  const real = {
    SIGNET_DATA_DIR: '/srv/signet/data',
    SIGNET_AGENT_DIR: '/srv/agent',
    SIGNET_ROOT_KEY_PROVIDER: 'environment',
    SIGNET_ROOT_KEY: 'c2VjcmV0',
    SIGNET_ROOT_KEY_FILE: '/srv/keys/root.key',
    SIGNET_DASHBOARD_PORT: '8000',
  }
  const folder = DemoFolder.beside('/srv/signet/data')
  const environment = demoEnvironment(folder, real)
  const config = readConfig(environment)
  expect(environment['SIGNET_ROOT_KEY']).toBeUndefined()
  expect(environment['SIGNET_ROOT_KEY_PROVIDER']).toBeUndefined()
  for (const path of [config.dataDir, config.rootKeyFile, config.agentDir]) {
    expect(path.startsWith(join('/srv/signet/demo', '/'))).toBe(true)
  }
  expect(config.dashboardPort).toBe(8000)
})

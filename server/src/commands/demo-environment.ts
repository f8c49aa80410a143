import { join } from 'node:path'
import { type DemoFolder, demoFleet } from '../demo/index.ts'

/**
 * The settings a demo runs under: those of the deployment, but for everything that says where data and keys are. Its root key
 * is a file of its own, wherever the real one is.
 */
export function demoEnvironment(folder: DemoFolder, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('SIGNET_ROOT_KEY'))
  return {
    ...Object.fromEntries(kept),
    SIGNET_DATA_DIR: folder.dataDir,
    // The instance that `signet.env` is about.
    SIGNET_AGENT_DIR: join(folder.agentsDir, demoFleet[0]?.name ?? ''),
  }
}

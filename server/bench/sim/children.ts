import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Of processes that are started by the dozen: what one of them has compiled the next one need not. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'signet-sim-compiled') }
}

import { enrollAgent } from '../agent/index.ts'
import { readConfig } from '../platform/config.ts'
import { createLogger } from '../platform/log.ts'
import { hardenProcess } from '../platform/process-hardening.ts'
import { Secret } from '../platform/secret.ts'
import { StartupError } from '../platform/signet-error.ts'
import { agentFacts } from './agent-facts.ts'
import { agentFolder } from './agent-folder.ts'

/** `signet enroll`: makes this machine the agent of an instance. The token comes by environment, never by argument. */
export async function enroll(
  environment: NodeJS.ProcessEnv,
  options: { server: string; caPin: string; instance?: string },
): Promise<void> {
  hardenProcess('agent')
  const config = readConfig(environment)
  const joinToken = environment['SIGNET_JOIN_TOKEN']
  if (!joinToken)
    throw new StartupError(
      'no join token: set SIGNET_JOIN_TOKEN to the one the dashboard or `signet instance join` shows',
    )
  const { agentId } = await enrollAgent({
    serverUrl: options.server,
    caPin: options.caPin,
    joinToken: new Secret(joinToken),
    agentDir: agentFolder(config, options.instance),
    facts: agentFacts(),
    log: createLogger('warn'),
  })
  process.stdout.write(
    `Enrolled as agent ${agentId}. Run \`signet agent\` to serve identities; one that runs has to be started anew.\n`,
  )
}

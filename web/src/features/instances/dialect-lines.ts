import type { LocalEndpoints } from '@signet/shared/api/resources'
import { endpointIn } from '@signet/shared/api/resources'
import type { DialectEndpoint, LocalDialect } from '@signet/shared/wire/agent-protocol'
import { dialectVariables } from '@signet/shared/wire/dialect-variables'
import { dialectWords } from '../../api/dialect-words.ts'
import type { ShellName } from '../../ui/preferences.ts'
import { shellQuoted, shellWord } from '../../ui/shell-word.ts'

/** How a shell, or a kind of file, sets one variable, takes those of a file of `export` lines, and starts a program. */
interface ShellForm {
  readonly set: (name: string, value: string) => string
  readonly take: (file: string) => string
  /** Starts a program with a token file of the agent in a folder. */
  readonly run: (folder: string) => string
}

// PowerShell takes the typographic quotes for the plain one.
const powershellQuoted = (value: string) => `'${value.replaceAll(/['‘’‚‛]/g, '$&$&')}'`
const fishQuoted = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const dotenvQuoted = (value: string) =>
  `"${value
    .replaceAll(/["\\$`]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')}"`
const runWithFile = 'signet run --dialect workload-identity -- COMMAND'
const powershellPattern = "'^export (\\w+)=''(.*)''$'"

const forms: Record<ShellName, ShellForm> = {
  sh: {
    set: (name, value) => `export ${name}=${shellWord(value)}`,
    take: (file) => `. ${shellPath(file)}`,
    run: (folder) => `SIGNET_AGENT_DIR=${shellPath(folder)} ${runWithFile}`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} ${fishQuoted(value)}`,
    take: (file) => `source ${fishQuoted(file)}`,
    run: (folder) => `SIGNET_AGENT_DIR=${fishQuoted(folder)} ${runWithFile}`,
  },
  powershell: {
    set: (name, value) => `$env:${name} = ${powershellQuoted(value)}`,
    take: (file) =>
      `Get-Content -LiteralPath ${powershellQuoted(file)} | Where-Object { $_ -match ${powershellPattern} } | ` +
      'ForEach-Object { Set-Item "Env:$($Matches[1])" $Matches[2] }',
    run: (folder) => `$env:SIGNET_AGENT_DIR = ${powershellQuoted(folder)}; ${runWithFile}`,
  },
  dotenv: {
    set: (name, value) => `${name}=${dotenvQuoted(value)}`,
    // The file lies on the instance, so what puts its lines into another one is a command there.
    take: (file) => `# on the instance: sed 's/^export //' ${oneLine(shellQuoted(file))} >> .env`,
    run: (folder) => `# on the instance: SIGNET_AGENT_DIR=${oneLine(shellQuoted(folder))} ${runWithFile}`,
  },
}

/** What leads a client to one dialect of an agent, and to no other. */
export interface DialectLines {
  readonly dialect: LocalDialect | 'workload-identity'
  readonly title: string
  /** Names of the variables that the lines set. */
  readonly names: readonly string[]
  readonly lines: string
}

/** The lines of every dialect that an agent serves, the one that most clients find by themselves first. */
export function dialectLines(endpoints: LocalEndpoints, shell: ShellName): DialectLines[] {
  const usual = endpoints.filter(({ dialect }) => dialect === 'app-service')
  const others = endpoints.filter(({ dialect }) => dialect !== 'app-service')
  const served = [...usual, ...others].map((endpoint) => ({
    dialect: endpoint.dialect,
    title: dialectWords[endpoint.dialect],
    names: Object.keys(dialectVariables[endpoint.dialect]),
    lines: linesOf(endpoint, endpoints, forms[shell]),
  }))
  const [first] = endpoints
  return first === undefined ? served : [...served, tokenFile(first, forms[shell])]
}

/** No endpoint: the file is there while a program that was started for it runs. */
function tokenFile({ environmentFile }: DialectEndpoint, form: ShellForm): DialectLines {
  return {
    dialect: 'workload-identity',
    title: 'Federated token file',
    names: ['AZURE_AUTHORITY_HOST', 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE'],
    lines: form.run(environmentFile.slice(0, environmentFile.lastIndexOf('/'))),
  }
}

/** All of them in one text, each under its name. */
export function everyLine(all: readonly DialectLines[]): string {
  return all.map(({ title, lines }) => `# ${title}\n${lines}\n`).join('\n')
}

/** A secret is known on the instance alone (SEC-99): what has one is taken from the file that the agent keeps there. */
function linesOf(endpoint: DialectEndpoint, endpoints: LocalEndpoints, form: ShellForm): string {
  const known = { url: endpoint.url, 'imds-url': endpointIn(endpoints, 'imds')?.url }
  const variables = Object.entries(dialectVariables[endpoint.dialect]).map(([name, content]) => {
    const value = content === 'url' || content === 'imds-url' ? known[content] : undefined
    return { name, value }
  })
  const lines = variables.flatMap(({ name, value }) => (value === undefined ? [] : [form.set(name, value)]))
  return lines.length === variables.length ? lines.join('\n') : form.take(endpoint.environmentFile)
}

/** Between double quotes, as people write paths. */
function shellPath(path: string): string {
  return /^[A-Za-z0-9_./:@%+=, -]+$/.test(path) ? `"${path}"` : shellWord(path)
}

/** Within a comment a line break would begin a line of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, '␤')
}

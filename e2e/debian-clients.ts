import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Clients of other languages, as Debian publishes them: azure-identity, MSAL and PyJWT for Python, the az CLI, azidentity for Go.
 * They are fetched by apt and unpacked in a folder of the tests, not installed: that takes no root, changes nothing on the machine and
 * a tenth of the time, because nobody compiles half a gigabyte of Python that no test reads. What the machine has already is used as
 * it is. `node debian-clients.ts` fetches what is missing; a client that cannot be had is named with the reason.
 */
export interface DebianClients {
  readonly python?: {
    readonly command: string
    /** What its processes need in their environment. */
    readonly variables: Readonly<Record<string, string>>
    /** By the name of the library: `azure-identity`, `msal`, `PyJWT`, and `az`. One that is not there is not in it. */
    readonly versions: Readonly<Record<string, string>>
  }
  readonly go?: {
    /** The workload, built. */
    readonly command: string
    /** Of azidentity. */
    readonly version: string
  }
  /** Each client that cannot be had here, and why. */
  readonly lacking: Readonly<Record<string, string>>
}

const folder = fileURLToPath(new URL('./node_modules/.cache/debian-clients', import.meta.url))
const root = join(folder, 'root')
const listing = join(folder, 'clients.json')
const goWorkload = fileURLToPath(new URL('./workloads/azidentity', import.meta.url))

const pythonPackages = ['python3-azure', 'python3-msal', 'python3-jwt', 'azure-cli']
const goPackages = [
  'golang-go',
  ...['x-crypto', 'x-net', 'x-sys', 'x-text'].map((name) => `golang-golang-${name}-dev`),
  ...['cli-browser', 'golang-jwt-jwt', 'google-uuid', 'kylelemons-godebug'].map((name) => `golang-github-${name}-dev`),
]
/** Debian has had azidentity since the release after 12: these are source, which any Go builds, and are taken from its testing suite. */
const goSdk = [
  'golang-github-azure-azure-sdk-for-go-dev',
  'golang-github-azuread-microsoft-authentication-library-for-go-dev',
]
const goSdkParts = ['azcore', 'azidentity', 'internal'].map(
  (part) => `./usr/share/gocode/src/github.com/Azure/azure-sdk-for-go/sdk/${part}`,
)

const libraries = { 'azure-identity': 'azure.identity', msal: 'msal', PyJWT: 'jwt' }
/** Of az: it has been read by then what commands there are, which takes seconds the first time. */
export const azConfiguration = join(folder, 'az')
const names = ['azure-identity for Python', 'msal for Python', 'PyJWT', 'az', 'azidentity for Go']

/** What `node debian-clients.ts` found; before it ran, nothing is there. */
export function debianClients(): DebianClients {
  if (existsSync(listing)) return JSON.parse(readFileSync(listing, 'utf8')) as DebianClients
  return { lacking: Object.fromEntries(names.map((name) => [name, '`node e2e/debian-clients.ts` was not run'])) }
}

interface Run {
  readonly ok: boolean
  readonly stdout: string
  /** The last line of what it complained of. */
  readonly complaint: string
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env, cwd = folder): Run {
  const { status, stdout, stderr, error } = spawnSync(command, args, { env, cwd, encoding: 'utf8', timeout: 300_000 })
  const complaint = error?.message ?? stderr?.trim().split('\n').at(-1) ?? ''
  return { ok: status === 0, stdout: stdout ?? '', complaint: complaint || `ended with ${status}` }
}

/** apt with lists and archives of its own. @param suite of Debian; the machine's own sources without one */
class Apt {
  readonly archives: string
  readonly #options: string[]
  #isUpdated = false

  constructor(name: string, suite?: string) {
    const own = join(folder, `apt-${name}`)
    this.archives = join(own, 'archives')
    for (const each of ['lists/partial', 'archives/partial', 'sources']) mkdirSync(join(own, each), { recursive: true })
    const settings = {
      'Dir::State::lists': join(own, 'lists'),
      'Dir::Cache': own,
      'Dir::Cache::archives': this.archives,
      'Debug::NoLocking': 'true',
      'APT::Install-Recommends': 'false',
      'APT::Sandbox::User': '',
      ...(suite === undefined
        ? {}
        : { 'Dir::Etc::sourcelist': '/dev/null', 'Dir::Etc::sourceparts': join(own, 'sources') }),
    }
    this.#options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])
    if (suite === undefined) return
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg'
    const source = `deb [signed-by=${key}] ${this.#mirror()} ${suite} main\n`
    writeFileSync(join(own, 'sources', 'debian.list'), source)
  }

  /** Where the machine itself gets its Debian from. */
  #mirror(): string {
    const args = ['indextargets', '--no-release-info', '--format', '$(REPO_URI)', 'Created-By: Packages']
    const uris = run('apt-get', args).stdout.split('\n')
    return uris.find((uri) => /\/debian\/?$/.test(uri)) ?? ''
  }

  /** Fetches packages and what they need that the machine has not. @returns why not, if so */
  fetch(packages: readonly string[]): string | undefined {
    return this.#get(['install', '-y', '-qq', '--download-only', ...packages])
  }

  /** Fetches packages alone. @returns why not, if so */
  fetchAlone(packages: readonly string[]): string | undefined {
    return this.#get(['download', '-qq', ...packages])
  }

  #get(args: readonly string[]): string | undefined {
    if (!existsSync('/usr/bin/apt-get')) return 'this is no Debian'
    if (!this.#isUpdated) run('apt-get', [...this.#options, 'update', '-qq'])
    this.#isUpdated = true
    const { ok, complaint } = run('apt-get', [...this.#options, ...args], process.env, this.archives)
    return ok ? undefined : complaint
  }

  /** @param only what is wanted of it; all, when there is nothing in it */
  unpack(isWanted: (archive: string) => boolean, only: readonly string[] = []): void {
    mkdirSync(root, { recursive: true })
    for (const archive of readdirSync(this.archives).filter((name) => name.endsWith('.deb') && isWanted(name))) {
      run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" | tar -x -C "$@"', join(this.archives, archive), root, ...only])
    }
  }
}

const isIn = (packages: readonly string[]) => (archive: string) =>
  packages.some((name) => archive.startsWith(`${name}_`))

function python(): Pick<DebianClients, 'python' | 'lacking'> {
  const command = '/usr/bin/python3'
  const variables = { PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') }
  const quiet = { AZURE_CONFIG_DIR: azConfiguration, AZURE_CORE_COLLECT_TELEMETRY: 'false' }
  const env = { ...process.env, ...variables, ...quiet }
  const versions: Record<string, string> = {}
  const lacking: Record<string, string> = {}
  const look = () => {
    for (const [name, module] of Object.entries(libraries)) {
      const { ok, stdout, complaint } = run(command, ['-c', `import ${module} as m; print(m.__version__)`], env)
      if (ok) versions[name] = stdout.trim()
      else lacking[name === 'PyJWT' ? name : `${name} for Python`] = complaint
    }
    const { ok, stdout, complaint } = run(command, ['-sm', 'azure.cli', 'version', '--output', 'json'], env)
    if (ok) versions['az'] = String(JSON.parse(stdout)['azure-cli'])
    else lacking['az'] = complaint
  }
  look()
  if (Object.keys(lacking).length === 0) return { python: { command, variables, versions }, lacking }
  const apt = new Apt('python')
  const refusal = existsSync(command) ? apt.fetch(pythonPackages) : 'there is no /usr/bin/python3'
  if (refusal === undefined) apt.unpack(() => true)
  for (const name of Object.keys(lacking)) delete lacking[name]
  look()
  if (refusal !== undefined) for (const name of Object.keys(lacking)) lacking[name] = refusal
  return { python: { command, variables, versions }, lacking }
}

function go(): Pick<DebianClients, 'go' | 'lacking'> {
  const name = 'azidentity for Go'
  const built = buildGo()
  if (typeof built !== 'string') return { go: built, lacking: {} }
  const [apt, testing] = [new Apt('go'), new Apt('testing', 'testing')]
  const refusal = apt.fetch(goPackages) ?? testing.fetchAlone(goSdk)
  if (refusal !== undefined) return { lacking: { [name]: refusal } }
  apt.unpack(() => true)
  testing.unpack(isIn(goSdk.slice(0, 1)), goSdkParts)
  testing.unpack(isIn(goSdk.slice(1)))
  const again = buildGo()
  return typeof again === 'string' ? { lacking: { [name]: again } } : { go: again, lacking: {} }
}

/** @returns why the workload cannot be built, if so */
function buildGo(): NonNullable<DebianClients['go']> | string {
  const own = join(root, 'usr/lib/go')
  const sources = [join(root, 'usr/share/gocode'), '/usr/share/gocode']
  const sdk = 'src/github.com/Azure/azure-sdk-for-go/sdk/azidentity/version.go'
  const file = sources.map((source) => join(source, sdk)).find((each) => existsSync(each))
  if (file === undefined) return 'its source is not there'
  const command = join(folder, 'managed-identity')
  const env = {
    ...process.env,
    ...(existsSync(own) ? { GOROOT: own } : {}),
    GOPATH: sources.join(':'),
    GOCACHE: join(folder, 'go-cache'),
    GO111MODULE: 'off',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  }
  const compiler = existsSync(own) ? join(own, 'bin/go') : '/usr/bin/go'
  const files = readdirSync(goWorkload).map((name) => join(goWorkload, name))
  const { ok, complaint } = run(compiler, ['build', '-o', command, ...files], env)
  if (!ok) return `its source does not build: ${complaint}`
  const version = /version\s*=\s*"v([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? 'unknown'
  return { command, version }
}

/** Looks for every client, and fetches those that are missing. */
function requireDebianClients(): DebianClients {
  mkdirSync(folder, { recursive: true })
  rmSync(listing, { force: true })
  const [ofPython, ofGo] = [python(), go()]
  const found = { ...ofPython, ...ofGo, lacking: { ...ofPython.lacking, ...ofGo.lacking } }
  writeFileSync(listing, JSON.stringify(found, null, 2))
  return found
}

if (import.meta.main) {
  const { lacking } = requireDebianClients()
  for (const [name, reason] of Object.entries(lacking)) process.stderr.write(`${name} cannot be had here: ${reason}\n`)
}

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
    /** By the name of the library: `azure-identity`, `msal`, `PyJWT`. One that is not there is not in it. */
    readonly versions: Readonly<Record<string, string>>
  }
  /** The az of this Debian. */
  readonly az?: AzProgram
  /** The az of its testing suite, years newer. */
  readonly newAz?: AzProgram
  readonly go?: {
    /** The workload, built. */
    readonly command: string
    /** Of azidentity. */
    readonly version: string
  }
  /** Each client that cannot be had here, and why. */
  readonly lacking: Readonly<Record<string, string>>
}

export interface AzProgram {
  readonly version: string
  readonly command: string
  readonly variables: Readonly<Record<string, string>>
  /** A configuration to copy. It has been read by then what commands there are, which takes seconds the first time. */
  readonly configuration: string
}

const folder = fileURLToPath(new URL('./node_modules/.cache/debian-clients', import.meta.url))
const root = join(folder, 'root')
/** What is of the testing suite and must not meet its namesakes of this Debian. */
const newRoot = join(folder, 'new-root')
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

/**
 * The newer az is Python alone, which the interpreter of this Debian runs, and so are the libraries it needs newer; what is compiled
 * stays this Debian's.
 */
const newAzPackages = [
  ...['python3-azure-cli', 'python3-azure-cli-core', 'python3-azure-cli-telemetry', 'python3-azure', 'python3-msrest'],
  ...['python3-msal', 'python3-msal-extensions', 'python3-knack', 'python3-jwt', 'python3-portalocker'],
  ...['python3-argcomplete', 'python3-humanfriendly'],
]
/** Of the library for everything there is in the cloud, the parts that az reads for the commands that are tried. */
const newAzParts = ['__init__.py', 'common', 'core', 'identity', 'keyvault', 'mgmt', 'profiles']

const libraries = { 'azure-identity': 'azure.identity', msal: 'msal', PyJWT: 'jwt' }
const names = ['azure-identity for Python', 'msal for Python', 'PyJWT', 'az', 'new az', 'azidentity for Go']

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
  unpack(isWanted: (archive: string) => boolean, { into = root, only = [] as readonly string[] } = {}): void {
    mkdirSync(into, { recursive: true })
    for (const archive of readdirSync(this.archives).filter((name) => name.endsWith('.deb') && isWanted(name))) {
      run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" | tar -x -C "$@"', join(this.archives, archive), into, ...only])
    }
  }
}

const isIn = (packages: readonly string[]) => (archive: string) =>
  packages.some((name) => archive.startsWith(`${name}_`))

const interpreter = '/usr/bin/python3'
const packagesOf = (of: string) => join(of, 'usr/lib/python3/dist-packages')

function python(): Pick<DebianClients, 'python' | 'az' | 'lacking'> {
  const variables = { PYTHONPATH: packagesOf(root) }
  const env = { ...process.env, ...variables }
  const versions: Record<string, string> = {}
  const lacking: Record<string, string> = {}
  let az: AzProgram | undefined
  const look = () => {
    for (const [name, module] of Object.entries(libraries)) {
      const { ok, stdout, complaint } = run(interpreter, ['-c', `import ${module} as m; print(m.__version__)`], env)
      if (ok) versions[name] = stdout.trim()
      else lacking[name === 'PyJWT' ? name : `${name} for Python`] = complaint
    }
    const found = azOf({ variables, configuration: join(folder, 'az') })
    if (typeof found === 'string') lacking['az'] = found
    else az = found
  }
  const seen = () => ({ python: { command: interpreter, variables, versions }, ...(az && { az }), lacking })
  look()
  if (Object.keys(lacking).length === 0) return seen()
  const apt = new Apt('python')
  const refusal = existsSync(interpreter) ? apt.fetch(pythonPackages) : 'there is no /usr/bin/python3'
  if (refusal === undefined) apt.unpack(() => true)
  for (const name of Object.keys(lacking)) delete lacking[name]
  look()
  if (refusal !== undefined) for (const name of Object.keys(lacking)) lacking[name] = refusal
  return seen()
}

/** @returns why it does not start, if so */
function azOf(of: Pick<AzProgram, 'variables' | 'configuration'>): AzProgram | string {
  const quiet = { AZURE_CONFIG_DIR: of.configuration, AZURE_CORE_COLLECT_TELEMETRY: 'false' }
  const env = { ...process.env, ...of.variables, ...quiet }
  const { ok, stdout, complaint } = run(interpreter, ['-sm', 'azure.cli', 'version', '--output', 'json'], env)
  return ok ? { version: String(JSON.parse(stdout)['azure-cli']), command: interpreter, ...of } : complaint
}

/** After `python()`, whose compiled libraries it needs. */
function newAz(): Pick<DebianClients, 'newAz' | 'lacking'> {
  const variables = { PYTHONPATH: [packagesOf(newRoot), packagesOf(root)].join(':') }
  const look = () => azOf({ variables, configuration: join(folder, 'new-az') })
  const isThere = existsSync(join(packagesOf(newRoot), 'azure'))
  const refusal = isThere ? undefined : fetchNewAz()
  const found = refusal ?? look()
  return typeof found === 'string' ? { lacking: { 'new az': found } } : { newAz: found, lacking: {} }
}

/** @returns why not, if so */
function fetchNewAz(): string | undefined {
  const testing = new Apt('new-az', 'testing')
  const refusal = testing.fetchAlone(newAzPackages)
  if (refusal !== undefined) return refusal
  const whole = isIn(['python3-azure'])
  testing.unpack((archive) => !whole(archive), { into: newRoot })
  const parts = newAzParts.map((part) => `./usr/lib/python3/dist-packages/azure/${part}`)
  testing.unpack(whole, { into: newRoot, only: parts })
  // A package that is one in this Debian and a bare folder in the newer one would be looked for in this Debian alone.
  for (const name of ['mgmt', 'keyvault']) writeFileSync(join(packagesOf(newRoot), 'azure', name, '__init__.py'), '')
  return undefined
}

function go(): Pick<DebianClients, 'go' | 'lacking'> {
  const name = 'azidentity for Go'
  const built = buildGo()
  if (typeof built !== 'string') return { go: built, lacking: {} }
  const [apt, testing] = [new Apt('go'), new Apt('testing', 'testing')]
  const refusal = apt.fetch(goPackages) ?? testing.fetchAlone(goSdk)
  if (refusal !== undefined) return { lacking: { [name]: refusal } }
  apt.unpack(() => true)
  testing.unpack(isIn(goSdk.slice(0, 1)), { only: goSdkParts })
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
  const [ofPython, ofNewAz, ofGo] = [python(), newAz(), go()]
  const lacking = { ...ofPython.lacking, ...ofNewAz.lacking, ...ofGo.lacking }
  const found = { ...ofPython, ...ofNewAz, ...ofGo, lacking }
  writeFileSync(listing, JSON.stringify(found, null, 2))
  return found
}

if (import.meta.main) {
  const { lacking } = requireDebianClients()
  for (const [name, reason] of Object.entries(lacking)) process.stderr.write(`${name} cannot be had here: ${reason}\n`)
}

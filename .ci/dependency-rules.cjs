// Direction rules: what may import what. `node .ci/direction.ts` runs them and fails when it sees no module.

/** What each server domain may use, beyond itself and platform. The graph is acyclic. */
const uses = {
  audit: [],
  principals: ['audit'],
  authorization: ['audit', 'principals'],
  backup: ['audit'],
  operators: ['audit'],
  authority: ['audit', 'principals'],
  vault: ['audit', 'principals', 'authority', 'authorization'],
  rotation: ['audit', 'principals', 'authority'],
  resources: ['audit', 'principals', 'authority', 'rotation'],
  enrollment: ['audit', 'principals', 'authority', 'rotation', 'resources'],
  bulk: ['audit', 'principals', 'resources'],
  management: ['audit', 'principals', 'authority', 'authorization', 'rotation', 'resources', 'vault'],
  overview: ['audit', 'principals', 'authority', 'rotation', 'resources', 'enrollment', 'bulk'],
  alerts: ['audit', 'overview'],
}
const domains = Object.keys(uses)
const anyDomain = `^server/src/(${domains.join('|')})/`
const inFolder = (name) => `^server/src/${name}/`
const test = '\\.test\\.tsx?$|/testing/'
const rule = (name, from, to) => ({
  name,
  severity: 'error',
  from: { ...from, pathNot: [test, ...[from.pathNot ?? []].flat()] },
  to,
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },

    // server: domains
    ...domains.map((name) =>
      rule(
        `${name}-uses-only`,
        { path: inFolder(name) },
        {
          path: `^server/src/(?!(?:${[name, 'platform', ...uses[name]].join('|')})/)[^/]+/`,
        },
      ),
    ),
    rule('enter-by-index', { path: anyDomain }, { path: anyDomain, pathNot: [inFolder('$1'), '/index\\.ts$'] }),
    rule(
      'compose-by-index',
      { path: '^server/src/((compose|admin-api|resolver|upkeep)\\.ts|commands/)' },
      {
        path: `${anyDomain}|^server/src/(agent|demo)/`,
        pathNot: '/index\\.ts$',
      },
    ),
    rule('platform-knows-no-domain', { path: inFolder('platform') }, { path: '^server/src/(?!platform/)' }),

    // server: layers inside a domain
    rule('transport-not-storage', { path: '-(endpoint|routes)\\.ts$' }, { path: '-store\\.ts$' }),
    rule(
      'services-know-no-transport',
      {
        path: '^server/src/',
        pathNot:
          '-(endpoint|routes)\\.ts$|/index\\.ts$|/endpoints/|^server/src/(platform/http/|compose|admin-api|commands/|agent/agent)',
      },
      { path: '-(endpoint|routes)\\.ts$|^server/src/platform/http/|node_modules/express/' },
    ),
    rule(
      'sql-in-stores-only',
      { path: '^server/src/', pathNot: '-store\\.ts$|^server/src/(platform/|commands/|compose)' },
      { path: 'node_modules/(better-sqlite3|pg|kysely)/' },
    ),

    // server: the agent
    rule(
      'agent-stands-alone',
      { path: inFolder('agent') },
      {
        path: `${anyDomain}|^server/src/platform/(database/|transaction|periodic)`,
      },
    ),
    rule(
      'nobody-imports-the-agent',
      { path: '^server/src/', pathNot: '^server/src/(agent|commands|demo)/' },
      { path: inFolder('agent') },
    ),

    // server: the demo, which uses the server through its API alone
    rule(
      'demo-stands-apart',
      { path: inFolder('demo') },
      {
        path: `${anyDomain}|^server/src/(commands|compose|platform/database|agent/(?!index\\.ts$))`,
      },
    ),
    rule(
      'nobody-imports-the-demo',
      { path: '^server/src/', pathNot: '^server/src/(demo|commands)/' },
      { path: inFolder('demo') },
    ),

    // shared
    rule('shared-is-neutral', { path: '^shared/' }, { path: '^(server|web|e2e)/' }),
    rule(
      'shared-needs-zod-only',
      { path: '^shared/src/' },
      { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/zod/' },
    ),

    // web: ui <- api <- features <- app
    rule('web-sees-shared-only', { path: '^web/' }, { path: '^server/' }),
    rule(
      'features-are-strangers',
      { path: '^web/src/features/([^/]+)/' },
      {
        path: '^web/src/features/',
        pathNot: '^web/src/features/$1/',
      },
    ),
    rule('web-one-way', { path: '^web/src/(ui|api|features)/' }, { path: '^web/src/app/' }),
    rule('api-below-features', { path: '^web/src/api/' }, { path: '^web/src/(features|ui)/' }),
    // the filter box speaks the language of filters, which is no data
    rule('ui-knows-no-data', { path: '^web/src/ui/' }, { path: '^web/src/(api|features)/|^shared/(?!src/query/)' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
}

import manifest from '../../../package.json' with { type: 'json' }

/** Made when somebody asks for it: most processes never do. */
export async function describeApi() {
  const [{ adminRoutes, adminSchemas }, { openApiDocument }] = await Promise.all([
    import('@signet/shared/api/admin-api'),
    import('./openapi.ts'),
  ])
  return openApiDocument(adminRoutes, adminSchemas, manifest.version)
}

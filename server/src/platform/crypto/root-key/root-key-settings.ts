import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { StartupError } from '../../signet-error.ts'
import { EnvironmentRootKey } from './environment-root-key.ts'
import { FileRootKey } from './file-root-key.ts'
import { KmsRootKey } from './kms-root-key.ts'
import { Pkcs11RootKey } from './pkcs11-root-key.ts'
import type { RootKeyProvider } from './root-key-provider.ts'

const text = z.string().min(1).max(1_024).optional()

/** The settings of the root key, by their environment names. */
export const rootKeySettings = {
  SIGNET_ROOT_KEY_PROVIDER: z.enum(['file', 'environment', 'kms', 'pkcs11']).default('file'),
  SIGNET_ROOT_KEY_FILE: text,
  SIGNET_ROOT_KEY: text,
  SIGNET_ROOT_KEY_KMS_URL: z.url({ protocol: /^https$/, error: 'an https URL' }).optional(),
  SIGNET_ROOT_KEY_KMS_CA_FILE: text,
  SIGNET_ROOT_KEY_KMS_TOKEN_FILE: text,
  SIGNET_ROOT_KEY_KMS_ALLOW_PRIVATE: z.stringbool().default(false),
  SIGNET_ROOT_KEY_PKCS11_MODULE: text,
  SIGNET_ROOT_KEY_PKCS11_TOKEN: text,
  SIGNET_ROOT_KEY_PKCS11_KEY_ID: z
    .string()
    .regex(/^(?:[0-9a-f]{2}){1,64}$/, 'a key ID in lower-case hexadecimal')
    .optional(),
  SIGNET_ROOT_KEY_PKCS11_PIN_FILE: text,
}

const RootKeyEnvironment = z.object(rootKeySettings)

/**
 * The provider that the settings choose. Nothing of it is asked yet.
 *
 * @param environment read for the settings of the provider alone, so that no configuration object carries a key
 * @throws StartupError naming the settings that the provider still needs
 */
export function rootKeyProvider(options: {
  environment: NodeJS.ProcessEnv
  rootKeyFile: string
  dataDir: string
  clock: Clock
}): RootKeyProvider {
  const values = RootKeyEnvironment.parse(options.environment)
  switch (values.SIGNET_ROOT_KEY_PROVIDER) {
    case 'file':
      return new FileRootKey({ file: options.rootKeyFile, dataDir: options.dataDir })
    case 'environment':
      return new EnvironmentRootKey(values.SIGNET_ROOT_KEY)
    case 'kms': {
      const [url, caFile, tokenFile] = needed(values, [
        'SIGNET_ROOT_KEY_KMS_URL',
        'SIGNET_ROOT_KEY_KMS_CA_FILE',
        'SIGNET_ROOT_KEY_KMS_TOKEN_FILE',
      ])
      return new KmsRootKey(
        { url, caFile, tokenFile, allowPrivate: values.SIGNET_ROOT_KEY_KMS_ALLOW_PRIVATE },
        options.clock,
      )
    }
    case 'pkcs11': {
      const [module, token, keyId, pinFile] = needed(values, [
        'SIGNET_ROOT_KEY_PKCS11_MODULE',
        'SIGNET_ROOT_KEY_PKCS11_TOKEN',
        'SIGNET_ROOT_KEY_PKCS11_KEY_ID',
        'SIGNET_ROOT_KEY_PKCS11_PIN_FILE',
      ])
      return new Pkcs11RootKey({ module, token, keyId, pinFile })
    }
  }
}

type TextSetting = Exclude<
  keyof typeof rootKeySettings,
  'SIGNET_ROOT_KEY_PROVIDER' | 'SIGNET_ROOT_KEY_KMS_ALLOW_PRIVATE'
>

function needed<const Names extends readonly TextSetting[]>(
  values: z.infer<typeof RootKeyEnvironment>,
  names: Names,
): { [K in keyof Names]: string } {
  const missing = names.filter((name) => values[name] === undefined)
  if (missing.length > 0) {
    throw new StartupError(
      `SIGNET_ROOT_KEY_PROVIDER is ${values.SIGNET_ROOT_KEY_PROVIDER}, but ${missing.join(', ')} is not set: set it, or choose another provider`,
    )
  }
  return names.map((name) => values[name] ?? '') as { [K in keyof Names]: string }
}

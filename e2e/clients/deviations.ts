/** Where Signet answers clients otherwise than the cloud does, and what a client needs beyond its variables. Shown in docs/compatibility.md. */
export interface Deviation {
  readonly what: string
  readonly reason: string
}

export const deviations: readonly Deviation[] = [
  {
    what: 'Tokens of managed identities live for 1 hour, not 24',
    reason: 'A stolen token is worth less. Each identity and audience has a setting, from 10 minutes to 24 hours',
  },
  {
    what: 'The issuer is `https://AUTHORITY/TENANT/`, not `https://sts.windows.net/TENANT/`',
    reason:
      'Relying parties compare it with the metadata, and MSAL wants it to be of the host and port of the authority',
  },
  {
    what: 'App Service answers an audience that the authority refuses with 400, not 500',
    reason: 'Clients try again after a 5xx, and a refusal is final',
  },
  {
    what: 'A role that is missing is `invalid_resource` at IMDS, with the AADSTS501051 of the authority in its words',
    reason: 'It is the resource that refuses, and clients are not to try again',
  },
  {
    what: 'Local endpoints refuse requests of browsers (`Origin`, `Referer`, `Sec-Fetch-Site`) and unknown `Host` names',
    reason: 'A page must not get tokens through a browser on the machine',
  },
  {
    what: 'Cloud Shell gives the token of the identity of the instance, not of a person',
    reason: 'There is no person there',
  },
  {
    what: 'Local endpoints limit nothing unless they are told to',
    reason: 'The limits of the cloud protect its shared service; here they are settings',
  },
  {
    what: 'Identities may have any number of federated credentials, which match by prefix and expression too',
    reason: 'The limit of 20 is one of the cloud; what matches too much is warned of',
  },
  {
    what: 'Certificate-bound tokens of managed identities (MSI v2) are not there, and say so with 404',
    reason: 'They need a key in the hardware of a Windows machine; MSAL.NET goes on with ordinary tokens',
  },
  {
    what: 'az 2.45 signs in service principals with `--endpoint-active-directory https://AUTHORITY/adfs` alone',
    reason:
      'It asks login.microsoftonline.com what the authority is; az 2.91 leaves that out with `core.instance_discovery=false`',
  },
  {
    what: '`az group` and `az identity list-resources` were tried with the az of Debian’s stable suite, all else with that of testing',
    reason:
      'The newer package comes without the library that these two need, the older one without that of `keyvault secret`',
  },
  {
    what: 'A role is granted only by who has all of its rights at the scope: `Owner` cannot grant roles with data actions',
    reason: 'Nobody hands on what they do not have. In the cloud Owner may',
  },
  {
    what: 'Role assignments with a condition are refused',
    reason: 'A condition that is not evaluated would give more than it says',
  },
  {
    what: '`identities/default` has no `clientSecretUrl`',
    reason: 'Credentials come to the agent alone; there is no address that hands them out',
  },
  {
    what: 'Vaults have no access policies, keys or certificates, and roles are always on (`enableRbacAuthorization`)',
    reason: 'Who may do what is said in one place',
  },
  {
    what: 'The resource manager has one subscription, finishes every act before it answers, and swaps no slots',
    reason: 'It manages identities; what runs on a machine or a site is none of its business',
  },
  {
    what: 'azidentity for Go has IMDS at 169.254.169.254 or through `http_proxy` alone',
    reason: 'It does not read `AZURE_POD_IDENTITY_AUTHORITY_HOST`',
  },
  {
    what: 'azidentity 1.5 for Go needs `SSL_CERT_FILE` for Service Fabric',
    reason: 'It does not compare the certificate with the thumbprint that it is given',
  },
  {
    what: 'azure-identity 1.13 for Python says of every 400 of IMDS that no identity has been assigned',
    reason: 'It drops the words of the answer, as it does at the cloud',
  },
]

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
    what: '`az login` was tried with a stand-in for the resource manager',
    reason: 'It lists subscriptions at each sign-in, and these tests are of tokens; Signet’s own has tests apart',
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

import { firstApiVersion, localPaths } from '@signet/shared/wire/managed-identity'
import { shellQuoted, shellWord } from '../../ui/shell-word.ts'
import {
  az,
  dotnet,
  go,
  goRequest,
  java,
  javaRequest,
  javascript,
  powerShellQuoted,
  python,
  queryOf,
  quoted,
  type Snippet,
  type SnippetInput,
} from './client-code.ts'

/** The same token request in every client that knows the dialect, filled in for one instance. Run on the instance. */
export function snippetsOf(input: SnippetInput): Snippet[] {
  switch (input.endpoint.dialect) {
    case 'imds':
      return imdsSnippets(input)
    case 'app-service':
      return appServiceSnippets(input)
    case 'app-service-2017':
      return [curlWithSecret(input), { ...az(input), prepare: prepareOf(input) }]
    case 'machine-learning':
      return [curlWithSecret(input), ...sdks(input)]
    case 'cloud-shell':
      return [cloudShellCurl(input), ...sdks(input)]
    case 'arc':
      return [arcCurl(input), ...sdks(input)]
    case 'service-fabric':
      return [serviceFabricCurl(input), ...sdks(input)]
  }
}

function imdsSnippets(input: SnippetInput): Snippet[] {
  const { url: base } = input.endpoint
  const url = `${base}${localPaths.imdsToken}?api-version=${firstApiVersion.imds}&${queryOf(input)}`
  const prepare = `export AZURE_POD_IDENTITY_AUTHORITY_HOST=${shellWord(base)}`
  return [
    { client: 'curl', prepare: null, code: `curl -sS -H Metadata:true ${shellQuoted(url)}`, note: null },
    {
      client: 'PowerShell',
      prepare: null,
      code: `$answer = Invoke-RestMethod -Headers @{ Metadata = 'true' } -Uri ${powerShellQuoted(url)}\n$answer.access_token`,
      note: null,
    },
    { ...az(input), prepare },
    { ...python(input), prepare },
    { ...javascript(input), prepare },
    { ...dotnet(input), prepare },
    {
      client: 'Go',
      prepare: null,
      code: goRequest(quoted(url), 'request.Header.Set("Metadata", "true")'),
      note: 'azidentity for Go asks 169.254.169.254 whatever is set; through the App Service endpoint it works as it is.',
    },
    {
      client: 'Java',
      prepare: null,
      code: javaRequest(`URI.create(${quoted(url)})`, '.header("Metadata", "true")'),
      note: null,
    },
  ]
}

function appServiceSnippets(input: SnippetInput): Snippet[] {
  const prepare = prepareOf(input)
  const query = `api-version=${firstApiVersion['app-service']}&${queryOf(input)}`
  return [
    {
      client: 'curl',
      prepare,
      code: `curl -sS -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT"${shellQuoted(`?${query}`)}`,
      note: null,
    },
    {
      client: 'PowerShell',
      prepare,
      code: `$uri = $env:IDENTITY_ENDPOINT + ${powerShellQuoted(`?${query}`)}\n$answer = Invoke-RestMethod -Headers @{ 'X-IDENTITY-HEADER' = $env:IDENTITY_HEADER } -Uri $uri\n$answer.access_token`,
      note: null,
    },
    { ...az(input), prepare },
    { ...python(input), prepare },
    { ...javascript(input), prepare },
    { ...dotnet(input), prepare },
    { ...go(input), prepare },
    { ...java(input), prepare },
  ]
}

/** The clients that choose the dialect by its variables. */
function sdks(input: SnippetInput): Snippet[] {
  const prepare = prepareOf(input)
  return [python(input), javascript(input), dotnet(input), go(input)].map((code) => ({ ...code, prepare }))
}

function curlWithSecret(input: SnippetInput): Snippet {
  const query = `?api-version=2017-09-01&${queryOf(input).replace('&client_id=', '&clientid=')}`
  return curl(input, `curl -sS -H "secret: $MSI_SECRET" "$MSI_ENDPOINT"${shellQuoted(query)}`)
}

function cloudShellCurl(input: SnippetInput): Snippet {
  return curl(input, `curl -sS -H Metadata:true -d ${shellQuoted(queryOf(input))} "$MSI_ENDPOINT"`)
}

function arcCurl(input: SnippetInput): Snippet {
  const query = shellQuoted(`?api-version=2020-06-01&${queryOf(input)}`)
  const ask = `curl -sS -H Metadata:true "$IDENTITY_ENDPOINT"${query}`
  const code = `file=$(${ask} -o /dev/null -D - | sed -n 's/.*Basic realm=//p' | tr -d '\\r')\n${ask} -H "Authorization: Basic $(cat "$file")"`
  return curl(input, code)
}

function serviceFabricCurl(input: SnippetInput): Snippet {
  const query = shellQuoted(`?api-version=${firstApiVersion['service-fabric']}&${queryOf(input)}`)
  const trust = '--cacert "$NODE_EXTRA_CA_CERTS"'
  return curl(input, `curl -sS ${trust} -H "secret: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT"${query}`)
}

function curl(input: SnippetInput, code: string): Snippet {
  return { client: 'curl', prepare: prepareOf(input), code, note: null }
}

function prepareOf({ endpoint }: SnippetInput): string {
  return `. ${shellQuoted(endpoint.environmentFile)}`
}

import type { LocalEndpoints } from '@signet/shared/api/resources'
import type { LocalDialect } from '@signet/shared/wire/agent-protocol'
import { shellQuoted, shellWord } from '../../ui/shell-word.ts'

export interface Snippet {
  readonly client: string
  /** Shell line that leads the client to the agent; null when the code says where to go itself. */
  readonly prepare: string | null
  readonly code: string
  readonly note: string | null
}

interface SnippetInput {
  readonly dialect: LocalDialect
  readonly endpoints: LocalEndpoints
  readonly resource: string
  /** Of the identity; only sent when one of several is meant. */
  readonly clientId: string | null
  readonly picksClient: boolean
}

/** The same token request in eight clients, filled in for one instance. Run on the instance. */
export function snippetsOf(input: SnippetInput): Snippet[] {
  return input.dialect === 'imds' ? imdsSnippets(input) : appServiceSnippets(input)
}

function imdsSnippets(input: SnippetInput): Snippet[] {
  const url = `${input.endpoints.imdsUrl}/metadata/identity/oauth2/token?api-version=2018-02-01&${queryOf(input)}`
  const prepare = `export AZURE_POD_IDENTITY_AUTHORITY_HOST=${shellWord(input.endpoints.imdsUrl)}`
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
  const prepare = `. ${shellQuoted(input.endpoints.environmentFile)}`
  const query = `api-version=2019-08-01&${queryOf(input)}`
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

type Body = Omit<Snippet, 'prepare'>

function az({ resource, clientId, picksClient }: SnippetInput): Body {
  const picked = picksClient && clientId ? ` --client-id ${clientId}` : ''
  return {
    client: 'az CLI',
    code: `az login --identity${picked} --allow-no-subscriptions\naz account get-access-token --resource ${shellQuoted(resource)} --query accessToken -o tsv`,
    note: 'az login also lists subscriptions: it needs a resource manager that accepts these tokens.',
  }
}

function python({ resource, clientId, picksClient }: SnippetInput): Body {
  const argument = picksClient && clientId ? `client_id=${quoted(clientId)}` : ''
  return {
    client: 'Python',
    code: `from azure.identity import ManagedIdentityCredential

credential = ManagedIdentityCredential(${argument})${pickHint('#', 'client_id=', clientId, picksClient)}
token = credential.get_token(${quoted(scopeOf(resource))})
print(token.expires_on)`,
    note: null,
  }
}

function javascript({ resource, clientId, picksClient }: SnippetInput): Body {
  const argument = picksClient && clientId ? `{ clientId: ${quoted(clientId)} }` : ''
  return {
    client: 'JavaScript',
    code: `import { ManagedIdentityCredential } from "@azure/identity"

const credential = new ManagedIdentityCredential(${argument})${pickHint('//', 'clientId: ', clientId, picksClient)}
const { token, expiresOnTimestamp } = await credential.getToken(${quoted(scopeOf(resource))})
console.log(new Date(expiresOnTimestamp))`,
    note: null,
  }
}

function dotnet({ resource, clientId, picksClient }: SnippetInput): Body {
  const argument = picksClient && clientId ? `clientId: ${quoted(clientId)}` : ''
  return {
    client: '.NET',
    code: `using Azure.Core;
using Azure.Identity;

var credential = new ManagedIdentityCredential(${argument});${pickHint('//', 'clientId: ', clientId, picksClient)}
var token = await credential.GetTokenAsync(new TokenRequestContext(new[] { ${quoted(scopeOf(resource))} }));
Console.WriteLine(token.ExpiresOn);`,
    note: null,
  }
}

function go({ resource, clientId, picksClient }: SnippetInput): Body {
  const options =
    picksClient && clientId
      ? `&azidentity.ManagedIdentityCredentialOptions{ID: azidentity.ClientID(${quoted(clientId)})}`
      : 'nil'
  return {
    client: 'Go',
    code: `credential, err := azidentity.NewManagedIdentityCredential(${options})
if err != nil {
	log.Fatal(err)
}
token, err := credential.GetToken(ctx, policy.TokenRequestOptions{
	Scopes: []string{${quoted(scopeOf(resource))}},
})
if err != nil {
	log.Fatal(err)
}
fmt.Println(token.ExpiresOn)`,
    note: null,
  }
}

function java({ resource, clientId, picksClient }: SnippetInput): Body {
  const picked = picksClient && clientId ? `.clientId(${quoted(clientId)})` : ''
  return {
    client: 'Java',
    code: `var credential = new ManagedIdentityCredentialBuilder()${picked}.build();
var token = credential.getTokenSync(new TokenRequestContext().addScopes(${quoted(scopeOf(resource))}));
System.out.println(token.getExpiresAt());`,
    note: null,
  }
}

function goRequest(url: string, header: string): string {
  return `request, err := http.NewRequest(http.MethodGet, ${url}, nil)
if err != nil {
	log.Fatal(err)
}
${header}
answer, err := http.DefaultClient.Do(request)
if err != nil {
	log.Fatal(err)
}
defer answer.Body.Close()
io.Copy(os.Stdout, answer.Body)`
}

function javaRequest(uri: string, header: string): string {
  return `var request = HttpRequest.newBuilder(${uri})${header}.build();
var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
System.out.println(answer.body());`
}

/** A comment that names the ID by which this identity is picked where there are several. */
function pickHint(comment: string, parameter: string, clientId: string | null, picksClient: boolean): string {
  return clientId === null || picksClient
    ? ''
    : `  ${comment} ${parameter}${quoted(clientId)} picks this one of several`
}

function queryOf({ resource, clientId, picksClient }: SnippetInput): string {
  const picked = picksClient && clientId ? `&client_id=${encodeURIComponent(clientId)}` : ''
  return `resource=${encodeURIComponent(resource)}${picked}`
}

function scopeOf(resource: string): string {
  return `${resource}/.default`
}

/** A string literal: the escapes of JSON are those of Python, JavaScript, C#, Go and Java too. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

function powerShellQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

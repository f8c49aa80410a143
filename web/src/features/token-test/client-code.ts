import type { DialectEndpoint } from '@signet/shared/wire/agent-protocol'
import { shellQuoted } from '../../ui/shell-word.ts'

/** One client's way to ask. */
export interface Snippet {
  readonly client: string
  /** Shell line that leads the client to the agent; null when the code says where to go itself. */
  readonly prepare: string | null
  readonly code: string
  readonly note: string | null
}

/** What a snippet is filled in with. */
export interface SnippetInput {
  /** Where the agent answers in the dialect. */
  readonly endpoint: DialectEndpoint
  readonly resource: string
  /** Of the identity; only sent when one of several is meant. */
  readonly clientId: string | null
  readonly picksClient: boolean
}

export type Body = Omit<Snippet, 'prepare'>

export function az({ resource, clientId, picksClient }: SnippetInput): Body {
  const picked = picksClient && clientId ? ` --client-id ${clientId}` : ''
  return {
    client: 'az CLI',
    code: `az login --identity${picked} --allow-no-subscriptions\naz account get-access-token --resource ${shellQuoted(resource)} --query accessToken -o tsv`,
    note: 'az login also lists subscriptions: it needs a resource manager that accepts these tokens.',
  }
}

export function python({ resource, clientId, picksClient }: SnippetInput): Body {
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

export function javascript({ resource, clientId, picksClient }: SnippetInput): Body {
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

export function dotnet({ resource, clientId, picksClient }: SnippetInput): Body {
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

export function go({ resource, clientId, picksClient }: SnippetInput): Body {
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

export function java({ resource, clientId, picksClient }: SnippetInput): Body {
  const picked = picksClient && clientId ? `.clientId(${quoted(clientId)})` : ''
  return {
    client: 'Java',
    code: `var credential = new ManagedIdentityCredentialBuilder()${picked}.build();
var token = credential.getTokenSync(new TokenRequestContext().addScopes(${quoted(scopeOf(resource))}));
System.out.println(token.getExpiresAt());`,
    note: null,
  }
}

export function goRequest(url: string, header: string): string {
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

export function javaRequest(uri: string, header: string): string {
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

export function queryOf({ resource, clientId, picksClient }: SnippetInput): string {
  const picked = picksClient && clientId ? `&client_id=${encodeURIComponent(clientId)}` : ''
  return `resource=${encodeURIComponent(resource)}${picked}`
}

function scopeOf(resource: string): string {
  return `${resource}/.default`
}

/** A string literal: the escapes of JSON are those of Python, JavaScript, C#, Go and Java too. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

export function powerShellQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

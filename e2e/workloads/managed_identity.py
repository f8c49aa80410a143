"""The same workload for Python: outcomes of azure-identity as it is published, see managed-identity.ts."""

import json
import sys

from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

request, *names = sys.argv[1:]
resource, _, client_id = request.partition("=")
resource = resource or "https://vault.azure.net"


def open_credential(name):
    if name == "DefaultAzureCredential":
        return DefaultAzureCredential(managed_identity_client_id=client_id or None)
    return ManagedIdentityCredential(client_id=client_id) if client_id else ManagedIdentityCredential()


def outcome_of(name):
    outcome = {"client": name, "resource": resource, "tokens": []}
    try:
        credential = open_credential(name)
        outcome["tokens"] = [credential.get_token(f"{resource}/.default").token for _ in range(2)]
    except Exception as error:  # the words of whatever it is are the result
        outcome["error"] = str(error)
    return outcome


print(json.dumps([outcome_of(name) for name in names]))

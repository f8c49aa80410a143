"""The same workload for Python: one outcome of azure-identity as it is published."""

import json

from azure.identity import ManagedIdentityCredential

resource = "https://vault.azure.net"
outcome = {"client": "azure-identity", "resource": resource, "tokens": []}
try:
    credential = ManagedIdentityCredential()
    outcome["tokens"] = [credential.get_token(f"{resource}/.default").token for _ in range(2)]
except Exception as error:  # the words of whatever it is are the result
    outcome["error"] = str(error)
print(json.dumps([outcome]))

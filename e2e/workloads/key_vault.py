"""The same workload for Python: azure-keyvault-secrets as it is published, see key-vault.ts."""

import json
import os
import sys

from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient
from azure.keyvault.secrets._version import VERSION

client = SecretClient(vault_url=os.environ["VAULT_URL"], credential=ManagedIdentityCredential())
name = "Py-Password"
seen = {"version": VERSION}


def refusal(work):
    try:
        work()
    except HttpResponseError as error:
        return f"{error.status_code} {error.error.code if error.error else ''}"
    return "no refusal"


try:
    first = client.set_secret(name, "one", tags={"app": "billing"}, content_type="text/plain")
    client.set_secret(name, "two")
    newest = client.get_secret(name)
    seen["id"] = newest.id
    seen["newest"] = newest.value
    version = first.properties.version
    seen["first"] = client.get_secret(name, version).value
    for other in ["pa", "pb", "pc"]:
        client.set_secret(other, other)
    pages = client.list_properties_of_secrets(max_page_size=2).by_page()
    seen["pages"] = [[each.name for each in page] for page in pages]
    seen["versions"] = len(list(client.list_properties_of_secret_versions(name)))
    seen["enabled"] = client.update_secret_properties(name, version, enabled=False).enabled
    seen["disabled"] = refusal(lambda: client.get_secret(name, version))
    seen["unknown"] = refusal(lambda: client.get_secret("nothing"))
    seen["recoveryId"] = client.begin_delete_secret(name).result().recovery_id
    seen["setDeleted"] = refusal(lambda: client.set_secret(name, "three"))
    client.begin_recover_deleted_secret(name).wait()
    seen["recovered"] = client.get_secret(name).value
    backup = client.backup_secret(name)
    client.begin_delete_secret(name).wait()
    client.purge_deleted_secret(name)
    seen["purged"] = refusal(lambda: client.get_deleted_secret(name))
    client.restore_secret_backup(backup)
    seen["restored"] = client.get_secret(name).value
    # The next run of another version begins as this one did.
    client.begin_delete_secret(name).wait()
    client.purge_deleted_secret(name)
except Exception as error:  # the words of whatever it is are the result
    seen["error"] = repr(error)

json.dump(seen, sys.stdout)

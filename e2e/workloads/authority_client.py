"""The same program outside any instance for Python, see authority-client.ts."""

import json
import os
import sys

import msal
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)

need = os.environ.get
authority, tenant, client_id = need("SIGNET_AUTHORITY"), need("TENANT"), need("CLIENT_ID")
scope = need("SCOPE", "https://vault.azure.net/.default")
# What the SDK asks of somebody who runs an authority of their own (its name changed with 1.13.0); not needed with the tenant adfs.
discovery = {} if tenant == "adfs" else {"disable_instance_discovery": True, "instance_discovery": False}
options = {"authority": authority, **discovery}


def of_msal():
    with open(need("KEY_FILE"), encoding="utf8") as file:
        credential = {"private_key": file.read(), "thumbprint": need("THUMBPRINT_SHA1")}
    application = msal.ConfidentialClientApplication(
        client_id, authority=f"{authority}/{tenant}", client_credential=credential, validate_authority=False
    )
    answer = application.acquire_token_for_client(scopes=[scope])
    if "access_token" not in answer:
        raise ValueError(answer["error_description"])
    return answer["access_token"]


def token_file():
    with open(need("TOKEN_FILE"), encoding="utf8") as file:
        return file.read()


def of_identity(open_credential):
    return lambda: open_credential().get_token(scope).token


clients = {
    "azure-identity CertificateCredential": of_identity(
        lambda: CertificateCredential(tenant, client_id, need("KEY_FILE"), **options)
    ),
    "azure-identity ClientSecretCredential": of_identity(
        lambda: ClientSecretCredential(tenant, client_id, need("SECRET"), **options)
    ),
    # It takes no option in some versions; its authority is a variable.
    "azure-identity ClientAssertionCredential": of_identity(
        lambda: ClientAssertionCredential(tenant, client_id, token_file)
    ),
    # What their variables say: EnvironmentCredential is the first of the chain, and a token file goes before IMDS.
    "azure-identity ManagedIdentityCredential": of_identity(ManagedIdentityCredential),
    "azure-identity DefaultAzureCredential": of_identity(DefaultAzureCredential),
    "msal ConfidentialClientApplication": of_msal,
}

try:
    json.dump({"token": clients[need("CLIENT")]()}, sys.stdout)
except Exception as error:  # the words of whatever it is are the result
    json.dump({"error": str(error)}, sys.stdout)

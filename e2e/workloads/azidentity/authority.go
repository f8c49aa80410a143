package main

import (
	"context"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

type answer struct {
	Token string `json:"token,omitempty"`
	Error string `json:"error,omitempty"`
}

func authorityOutcome(client string) answer {
	credential, err := openApplication(client)
	if err != nil {
		return answer{Error: err.Error()}
	}
	scope := os.Getenv("SCOPE")
	if scope == "" {
		scope = "https://vault.azure.net/.default"
	}
	token, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{scope}})
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Token: token.Token}
}

func openApplication(client string) (azcore.TokenCredential, error) {
	tenant, clientID := os.Getenv("TENANT"), os.Getenv("CLIENT_ID")
	authority := cloud.Configuration{ActiveDirectoryAuthorityHost: os.Getenv("SIGNET_AUTHORITY"), Services: map[cloud.ServiceName]cloud.ServiceConfiguration{}}
	options := azcore.ClientOptions{Cloud: authority}
	// Not needed with the tenant adfs.
	noDiscovery := tenant != "adfs"
	switch client {
	case "ClientCertificateCredential":
		pem, err := os.ReadFile(os.Getenv("KEY_FILE"))
		if err != nil {
			return nil, err
		}
		certificates, key, err := azidentity.ParseCertificates(pem, nil)
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientCertificateCredential(tenant, clientID, certificates, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: noDiscovery})
	case "ClientSecretCredential":
		return azidentity.NewClientSecretCredential(tenant, clientID, os.Getenv("SECRET"), &azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: noDiscovery})
	case "WorkloadIdentityCredential":
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{ClientOptions: options, ClientID: clientID, TenantID: tenant, TokenFilePath: os.Getenv("TOKEN_FILE"), DisableInstanceDiscovery: noDiscovery})
	default:
		// What its variables say: EnvironmentCredential is the first of its chain.
		return azidentity.NewDefaultAzureCredential(nil)
	}
}

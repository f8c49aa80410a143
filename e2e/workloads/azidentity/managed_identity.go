package main

import (
	"context"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

type outcome struct {
	Client   string   `json:"client"`
	Resource string   `json:"resource"`
	Tokens   []string `json:"tokens"`
	Error    string   `json:"error,omitempty"`
}

// Its arguments are RESOURCE=CLIENT-ID, either of which may be empty, and the names of credentials.
func managedIdentityOutcomes(arguments []string) []outcome {
	resource, clientID, _ := strings.Cut(arguments[0], "=")
	if resource == "" {
		resource = "https://vault.azure.net"
	}
	outcomes := []outcome{}
	for _, name := range arguments[1:] {
		one := outcome{Client: name, Resource: resource, Tokens: []string{}}
		tokens, err := twoTokens(name, resource, clientID)
		if err != nil {
			one.Error = err.Error()
		} else {
			one.Tokens = tokens
		}
		outcomes = append(outcomes, one)
	}
	return outcomes
}

func twoTokens(name, resource, clientID string) ([]string, error) {
	credential, err := open(name, clientID)
	if err != nil {
		return nil, err
	}
	tokens := []string{}
	for range [2]int{} {
		token, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{resource + "/.default"}})
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token.Token)
	}
	return tokens, nil
}

// The identity of DefaultAzureCredential is named by AZURE_CLIENT_ID alone.
func open(name, clientID string) (azcore.TokenCredential, error) {
	if name == "DefaultAzureCredential" {
		return azidentity.NewDefaultAzureCredential(nil)
	}
	options := azidentity.ManagedIdentityCredentialOptions{}
	if clientID != "" {
		options.ID = azidentity.ClientID(clientID)
	}
	return azidentity.NewManagedIdentityCredential(&options)
}

// The workloads for Go: azidentity as it is published. With CLIENT in its environment it is a program outside any instance, see
// authority-client.ts; otherwise one on an instance, see managed-identity.ts. Both print what those print.
package main

import (
	"encoding/json"
	"os"
)

func main() {
	if client, ok := os.LookupEnv("CLIENT"); ok {
		write(authorityOutcome(client))
		return
	}
	write(managedIdentityOutcomes(os.Args[1:]))
}

func write(result any) {
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		panic(err)
	}
}

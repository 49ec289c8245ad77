// Writes the Node SDK of a package schema with Pulumi's own generator, where its CLI has no language host to ask.
// Run in local/tools/pulumi, whose go.mod pins the generator: go run generateSdk.go SCHEMA FOLDER
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// The schema refers to no other package.
type noLoader struct{ schema.ReferenceLoader }

func main() {
	var spec schema.PackageSpec
	text, err := os.ReadFile(os.Args[1])
	must(err)
	must(json.Unmarshal(text, &spec))
	loader := noLoader{}
	pkg, err := schema.ImportSpec(spec, nil, loader, schema.ValidationOptions{})
	must(err)
	files, err := nodejs.GeneratePackage("pulumi", pkg, nil, nil, false, loader)
	must(err)
	for name, content := range files {
		file := filepath.Join(os.Args[2], name)
		must(os.MkdirAll(filepath.Dir(file), 0o755))
		must(os.WriteFile(file, content, 0o644))
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

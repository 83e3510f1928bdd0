package release

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi"
)

// TestBill writes the bill of the command line tool for this machine, and holds
// it to CycloneDX's own schema.
func TestBill(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	// Without tags the AWS SDK is not compiled; that Go's module list is complete
	// does not depend on it.
	file := filepath.Join(t.TempDir(), "runnerctl")
	_, err = output(command(t.Context(), root, nil, "go", "build", "-trimpath", "-buildvcs=false", "-o", file, "./cmd/runnerctl"))
	require.NoError(t, err)
	binary := File{releaseapi.Path("9.8.7", releaseapi.Platform{OS: "linux", Architecture: "amd64"}, "runnerctl"), readFile(t, file)}
	made := time.Date(2026, 11, 24, 12, 0, 0, 0, time.FixedZone("", 7200))
	written, err := bill("9.8.7", binary, made)
	require.NoError(t, err)
	again, err := bill("9.8.7", binary, made)
	require.NoError(t, err)
	assert.Equal(t, written, again)
	assert.Equal(t, "9.8.7/linux/amd64/runnerctl.cdx.json", written.Path)
	assertValid(t, written.Data)

	var document struct {
		SerialNumber string
		Metadata     struct {
			Timestamp string
			Component billed
		}
		Components   []billed
		Dependencies []struct{ DependsOn []string }
	}
	require.NoError(t, json.Unmarshal(written.Data, &document))
	assert.Empty(t, document.SerialNumber)
	assert.Equal(t, "2026-11-24T10:00:00Z", document.Metadata.Timestamp)
	program := document.Metadata.Component
	assert.Equal(t, billed{"application", "runnerctl", "9.8.7", "pkg:golang/github.com/attini-go/runner@9.8.7", []hash{{"SHA-256", binary.Sum()}}}, program)
	var listed []string
	for _, c := range document.Components {
		listed = append(listed, c.PURL)
	}
	assert.Equal(t, linked(t, file), listed)
	require.Len(t, document.Dependencies, 1)
	assert.Equal(t, listed, document.Dependencies[0].DependsOn)
}

type billed struct {
	Type, Name, Version, PURL string
	Hashes                    []hash
}

type hash struct{ Alg, Content string }

func readFile(t *testing.T, file string) []byte {
	t.Helper()
	directory, err := OpenDirectory(filepath.Dir(file))
	require.NoError(t, err)
	defer directory.Close()
	data, err := directory.Get(t.Context(), filepath.Base(file))
	require.NoError(t, err)
	return data
}

// linked is what Go says that a program has in it, in order.
func linked(t *testing.T, file string) []string {
	t.Helper()
	printed, err := exec.CommandContext(t.Context(), "go", "version", "-m", file).Output()
	require.NoError(t, err)
	var urls []string
	for i, line := range strings.Split(string(printed), "\n") {
		fields := strings.Fields(line)
		switch {
		case i == 0:
			urls = append(urls, "pkg:golang/std@"+strings.TrimPrefix(fields[1], "go"))
		case len(fields) < 3 || fields[0] != "dep":
		case strings.HasPrefix(fields[1], "github.com/attini-go/runner"):
			urls = append(urls, "pkg:golang/"+fields[1]+"@9.8.7")
		default:
			urls = append(urls, "pkg:golang/"+fields[1]+"@"+fields[2])
		}
	}
	require.Greater(t, len(urls), 10)
	slices.Sort(urls)
	return urls
}

// assertValid holds a bill to the schema that CycloneDX's library has with it.
func assertValid(t *testing.T, bill []byte) {
	t.Helper()
	module, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	for id, file := range map[string]string{
		"bom-1.6.schema.json": "bom-1.6.schema.json", "spdx.schema.json": "spdx.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(readFile(t, filepath.Join(strings.TrimSpace(string(module)), "schema", file))))
		require.NoError(t, err)
		require.NoError(t, compiler.AddResource("http://cyclonedx.org/schema/"+id, document))
	}
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(bill))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(document))
	object, ok := document.(map[string]any)
	require.True(t, ok)
	object["specVersion"], object["bomFormat"] = "1.6", "another"
	assert.Error(t, schema.Validate(document), "the schema refuses what is none")
}

func TestBillRefuses(t *testing.T) {
	t.Parallel()
	_, err := bill("9.8.7", File{"9.8.7/linux/amd64/attini-runner", []byte("no program")}, time.Time{})
	assert.ErrorContains(t, err, "write the bill of materials of 9.8.7/linux/amd64/attini-runner: read what the binary was built of: ")
}

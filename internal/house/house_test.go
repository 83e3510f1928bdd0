// Package house holds the walls between the rooms: which package may import
// which. The rule is the code's shape, so it is a test and not a drawing.
package house_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/attini-go/runner"

// walls lists the project's packages that each package may import, directly.
// A package that is missing here fails the test: give it a place first.
func walls() map[string][]string {
	return map[string][]string{
		"problem":   {},
		"cfn":       {"problem"},
		"schema":    {"cfn", "problem"},
		"plan":      {"asl", "cfn", "problem"},
		"compat":    {"schema", "cfn", "problem"},
		"transform": {"plan", "compat", "schema", "cfn", "problem", "agent/protocol"},
		"launch":    {"schema", "cfn", "problem", "agent/protocol"},
		// Its ports in memory, for tests.
		"launch/launchtest": {"launch", "agent/protocol"},
		"lifecycle":         {"launch", "compat", "schema", "cfn", "problem", "agent/protocol"},
		// Its ports in memory, for tests.
		"lifecycle/lifecycletest": {"lifecycle", "launch", "compat"},
		"releases":                {},
		"release":                 {"releases"},
		"release/bucket":          {"release"},
		// Projects to make releases of, for tests.
		"release/releasetest": {},
		"cmd/releasectl":      {"release", "release/bucket"},
		"awsport":             {"transform", "launch", "lifecycle", "compat", "releases"},
		// A language of its own; it knows nothing of the States Language.
		"asl/jsonata": {},
		// The Amazon States Language, for anybody: it knows nothing of templates
		// or jobs.
		"asl": {"asl/jsonata"},
		"local": {
			"asl", "plan", "schema", "cfn", "problem",
			"agent/worker", "agent/workspace", "agent/joblog", "agent/protocol",
		},
		"lambda/releases":  {"awsport", "releases"},
		"lambda/launcher":  {"awsport", "launch", "plan", "agent/protocol"},
		"lambda/macro":     {"awsport", "transform", "cfn", "problem"},
		"lambda/lifecycle": {"awsport", "lifecycle", "launch", "schema", "cfn", "problem"},
		"cmd/runnerctl":    {"awsport", "releases", "local", "asl", "transform", "plan", "schema", "cfn", "problem", "agent/worker", "agent/joblog", "agent/process", "agent/protocol"},

		"e2e":        {},
		"e2e/system": {},

		"internal/golden": {},
		"internal/house":  {},
		"internal/lint":   {"cfn"},

		// The tests of all who serve the information API.
		"releases/releasestest": {},

		"internal/lambdahost": {},
		"internal/standin":    {},
		// Players before it: of ECS's tasks and hosts, of CloudFormation's macros.
		"internal/fleet":     {"internal/standin"},
		"internal/formation": {"internal/standin", "cfn"},
		// Data for other tools, and the tests that try them.
		"integrations": {},
		"images":       {},

		"agent/protocol":          {},
		"agent/process":           {},
		"agent/joblog":            {},
		"agent/workspace":         {"agent/protocol"},
		"agent/porttest":          {"agent/worker", "agent/protocol"},
		"agent/internal/awsport":  {"agent/worker", "agent/workspace", "agent/joblog", "agent/protocol"},
		"agent/cmd/attini-runner": {"agent/internal/awsport", "agent/metrics", "agent/worker", "agent/workspace", "agent/joblog", "agent/process", "agent/protocol"},
		"agent/metrics":           {"agent/worker"},
		"agent/worker":            {"agent/process", "agent/joblog", "agent/protocol"},
		// It measures, and is no part of what is installed.
		"agent/bench":            {},
		"agent/bench/onereceive": {},
	}
}

func TestWalls(t *testing.T) {
	t.Parallel()
	allowed := walls()
	seen := 0
	for _, directory := range []string{"../..", "../../agent"} {
		for _, p := range list(t, directory) {
			name := strings.TrimPrefix(p.ImportPath, module+"/")
			seen++
			rooms, known := allowed[name]
			if !assert.True(t, known, "package %s has no place in the house", name) {
				continue
			}
			for _, imported := range p.Imports {
				room, ours := strings.CutPrefix(imported, module+"/")
				if ours && !slices.Contains(rooms, room) {
					t.Errorf("%s imports %s, which is behind a wall", name, room)
				}
			}
		}
	}
	assert.Equal(t, len(allowed), seen, "every place in the house has its package")
}

// TestAgentStandsAlone: the agent is a module of its own and drop-in for
// another framework, so nothing of the root module may reach it.
func TestAgentStandsAlone(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "../../agent") {
		for _, imported := range p.Imports {
			assert.True(t, !strings.HasPrefix(imported, module+"/") || strings.HasPrefix(imported, module+"/agent/"),
				"%s imports %s", p.ImportPath, imported)
		}
	}
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T, directory string) []goPackage {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	command.Dir = directory
	output, err := command.Output()
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(output))
	var packages []goPackage
	for {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}

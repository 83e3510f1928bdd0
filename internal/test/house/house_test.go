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
		"internal/wording": {},
		// What AWS does not take: for those who write it, and those who check it before.
		"internal/quota":   {},
		"internal/problem": {"internal/wording"},
		// Compares problems with what tests expect.
		"internal/problem/problemtest": {"internal/problem", "internal/test/golden"},
		"internal/cfn":                 {"internal/problem", "internal/wording"},
		"internal/rules":               {},
		"schema":                       {"asl", "internal/cfn", "internal/problem", "internal/wording"},
		"internal/plan":                {"internal/quota", "schema", "asl", "internal/cfn", "internal/problem", "agent/protocol", "internal/wording"},
		// Examples of its steps, for tests.
		"internal/plan/plantest":        {},
		"internal/compat":               {"schema", "internal/cfn", "internal/problem", "internal/wording"},
		"internal/templatecheck":        {"internal/cfn", "internal/problem", "internal/wording"},
		"transform":                     {"internal/quota", "internal/templatecheck", "internal/plan", "internal/compat", "schema", "internal/cfn", "internal/problem", "agent/protocol", "internal/wording"},
		"internal/launch":               {"internal/quota", "internal/launch/configuration", "internal/launch/message", "internal/launch/bootstrap", "agent/protocol"},
		"internal/launch/configuration": {"internal/quota", "schema", "internal/cfn", "internal/problem", "agent/protocol"},
		"internal/launch/message":       {"internal/quota", "internal/launch/configuration", "internal/launch/tooljob", "agent/protocol"},
		// The jobs of steps that run the SAM CLI or the CDK: properties in, commands out.
		"internal/launch/tooljob": {"schema", "agent/protocol"},
		// Steps that deploy stacks; it knows neither templates of plans nor jobs.
		"internal/stacks": {"internal/launch/message", "schema", "internal/cfn", "internal/wording", "agent/protocol"},
		// Its ports in memory, for tests.
		"internal/stacks/stackstest": {"internal/stacks", "internal/launch/message"},
		// Those of a plan against the files of its distribution.
		"internal/stackcheck": {"internal/stacks", "internal/plan", "internal/launch/message", "internal/cfn", "internal/problem", "internal/wording"},
		// Steps that wait for people, and that import values.
		"internal/approvals":        {"internal/launch/message", "agent/protocol"},
		"internal/imports":          {"internal/launch/message", "asl", "internal/cfn", "agent/protocol"},
		"internal/launch/bootstrap": {},
		// Its ports in memory, for tests.
		"internal/launch/launchtest": {"internal/launch/configuration", "internal/launch/message", "internal/launch", "agent/protocol"},
		"internal/lifecycle":         {"internal/launch/configuration", "internal/launch", "internal/compat", "schema", "internal/cfn", "internal/problem", "agent/protocol"},
		// Its ports in memory, for tests.
		"internal/lifecycle/lifecycletest": {"internal/launch/configuration", "internal/lifecycle", "internal/launch", "internal/compat"},
		"internal/releaseapi":              {},
		"internal/release":                 {"internal/releaseapi"},
		"internal/release/bucket":          {"internal/release"},
		// Projects to make releases of, for tests.
		"internal/release/releasetest": {},
		// Command lines, of any program: it knows nothing of what the commands do.
		"internal/commandline": {"internal/wording"},
		"cmd/releasectl":       {"internal/commandline", "internal/release", "internal/release/bucket"},
		"internal/aws":         {"internal/history", "internal/launch", "internal/launch/configuration", "internal/launch/message", "internal/lifecycle", "internal/stacks", "internal/approvals", "internal/imports", "internal/compat", "internal/releaseapi", "transform", "agent/protocol"},
		// The Amazon States Language, for anybody: it knows nothing of templates or
		// jobs.
		"asl": {"asl/jsonata", "internal/wording"},
		// A language of its own; it knows nothing of the States Language.
		"asl/jsonata":                {"asl/jsonata/internal/regex"},
		"asl/jsonata/internal/regex": {},
		// What happens in a run, for all who show or keep it.
		"internal/runevents": {},
		// Why a plan waits: rules alone. What is observed comes from others.
		"internal/doctor": {},
		// The logs of deployed plans, wherever they are.
		"internal/planlog": {},
		// What a deployment changes of what the macro writes.
		"internal/stackdiff": {"internal/cfn"},
		// Reads an account for people. The functions need none of its services beyond
		// internal/aws, so it is a package of its own.
		"internal/inspect": {"internal/launch/configuration", "internal/doctor", "internal/planlog", "agent/protocol"},
		// Drawings of plans.
		"internal/plangraph": {"internal/plan", "internal/cfn"},
		// How runs are shown, and kept in directories.
		"internal/runview": {"internal/runevents"},
		"internal/rundir":  {"internal/runevents"},
		// The page of a run, of its events and files wherever they are.
		"internal/report": {"internal/runevents", "internal/plangraph", "internal/test/golden"},
		// Executions on AWS as runs.
		"internal/history": {"internal/runevents"},
		// A Runner's container on a laptop: all that is known of Docker and Podman.
		"internal/container": {"agent/process", "agent/joblog"},
		"internal/localrun": {
			"internal/runevents", "internal/container",
			"asl", "internal/stacks", "internal/approvals", "internal/imports", "internal/wording", "internal/launch/configuration", "internal/launch/message", "internal/lifecycle", "internal/plan", "schema", "internal/cfn", "internal/problem",
			"agent/worker", "agent/worker/memory", "agent/workspace", "agent/joblog", "agent/process", "agent/protocol",
		},
		// Tests of plans: it runs each case as a local run, and compares.
		"internal/plantesting": {
			"internal/localrun", "internal/runevents", "asl", "internal/cfn", "internal/problem", "internal/wording", "agent/process", "agent/protocol",
		},
		"lambda/releases":  {"internal/aws", "internal/releaseapi"},
		"lambda/launcher":  {"internal/launch/bootstrap", "internal/launch/configuration", "internal/launch/message", "internal/aws", "internal/launch", "internal/stacks", "internal/approvals", "internal/imports", "internal/plan", "agent/protocol"},
		"lambda/macro":     {"internal/aws", "transform", "internal/cfn", "internal/problem"},
		"lambda/lifecycle": {"internal/quota", "internal/aws", "internal/lifecycle", "internal/launch", "schema", "internal/cfn", "internal/problem"},
		"cmd/runnerctl":    {"internal/commandline", "internal/history", "internal/report", "internal/doctor", "internal/planlog", "internal/inspect", "internal/stackdiff", "internal/plangraph", "internal/runevents", "internal/runview", "internal/rundir", "internal/aws", "internal/stackcheck", "internal/approvals", "internal/releaseapi", "internal/localrun", "internal/container", "internal/plantesting", "asl", "transform", "internal/templatecheck", "internal/plan", "internal/rules", "internal/wording", "schema", "internal/cfn", "internal/problem", "agent/worker", "agent/joblog", "agent/process", "agent/protocol"},

		"e2e":        {},
		"e2e/system": {},

		"internal/test/golden": {},
		// Tests of the pages, which are made of what the code says of itself.
		"internal/test/docs":  {},
		"internal/test/house": {},
		"internal/test/lint":  {"internal/cfn"},

		// The tests of all who serve the information API.
		"internal/releaseapi/releaseapitest": {},

		// The launcher with everything around it, in virtual time.
		"internal/test/simulation": {"internal/launch", "internal/launch/launchtest", "internal/launch/configuration", "internal/launch/message", "internal/launch/bootstrap", "agent/protocol", "agent/worker"},

		"internal/test/lambdahost": {},
		"internal/test/fakeaws":    {},
		// Players before it: of ECS's tasks and hosts, of CloudFormation's macros.
		"internal/test/fakeecs": {"internal/test/fakeaws"},
		"internal/test/fakecfn": {"internal/test/fakeaws", "internal/cfn"},
		// What IAM decides; and what a call is to IAM, with the roles that are deployed.
		"internal/test/iam":   {},
		"internal/test/authz": {"internal/test/fakeaws", "internal/test/iam"},
		// What AWS's models say of the requests that it judges.
		"internal/test/apimodel": {"internal/test/fakeaws"},
		// That nothing is permitted in vain.
		"internal/test/leastprivilege": {"internal/cfn", "internal/test/iam"},
		// Data for other tools, and the tests that try them.
		"integrations": {},
		"images":       {},

		"agent/protocol":          {},
		"agent/process":           {},
		"agent/internal/fstree":   {},
		"agent/joblog":            {},
		"agent/workspace":         {"agent/internal/fstree", "agent/protocol"},
		"agent/worker/memory":     {"agent/worker", "agent/protocol"},
		"agent/porttest":          {"agent/worker", "agent/worker/memory", "agent/protocol"},
		"agent/internal/aws":      {"agent/worker", "agent/workspace", "agent/joblog", "agent/protocol"},
		"agent/cmd/attini-runner": {"agent/internal/aws", "agent/metrics", "agent/worker", "agent/workspace", "agent/joblog", "agent/process", "agent/protocol"},
		"agent/metrics":           {"agent/worker"},
		"agent/worker":            {"agent/internal/fstree", "agent/process", "agent/joblog", "agent/protocol"},
		// It measures, and is no part of what is installed.
		"agent/bench":            {},
		"agent/bench/onereceive": {},
	}
}

func TestWalls(t *testing.T) {
	t.Parallel()
	allowed := walls()
	seen := 0
	for _, directory := range []string{"../../..", "../../../agent"} {
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
	for _, p := range list(t, "../../../agent") {
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

package transform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// TestSizes: what AWS takes at most is known before a deployment, from 80 percent on,
// with what takes most of it.
func TestSizes(t *testing.T) {
	t.Parallel()
	steps := func(count, size int) object {
		return object{"Resources": object{"Plan": chain(count, func(i int) object { return runnerJob("", strings.Repeat("x", size+i)) })}}
	}
	many := func(section string, count int) object {
		template := steps(1, 1)
		members := object{}
		for i := range count {
			members[fmt.Sprintf("P%d", i)] = object{"Type": "String", "Value": "a"}
		}
		template[section] = members
		return template
	}
	for name, test := range map[string]struct {
		template object
		want     []string // path: what the message says
	}{
		"small":                  {steps(10, 100), nil},
		"a definition":           {steps(100, 7000), []string{`Resources: the template has, after all transforms, 87`, `Resources.Plan: Plan "Plan": the definition of its state machine has 8`}},
		"a definition too large": {steps(100, 11000), []string{`Resources: the template has, after all transforms, 1`, `Resources.Plan: Plan "Plan": the definition of its state machine has 1`}},
		"a payload":              {steps(1, 215_000), []string{`Resources.Plan.Properties.DeploymentPlan.States.S0: Step "S0": its Properties have 2150`}},
		"parameters":             {many("Parameters", 160), []string{"Parameters: the expanded template has 160 parameters; CloudFormation takes at most 200"}},
		"fewer parameters":       {many("Parameters", 159), nil},
		"outputs":                {many("Outputs", 201), []string{"Outputs: the expanded template has 201 outputs; CloudFormation takes at most 200"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := cfn.ReadJSON(write(t, test.template))
			require.NoError(t, err)
			_, problems := transform.Expand(t.Context(), transform.Request{Template: n})
			require.NoError(t, problems.Err())
			var found problem.List
			for _, p := range problems {
				if p.Rule == transform.RuleLimit {
					found.Add(p)
				}
			}
			require.Len(t, found, len(test.want), "%v", found)
			for i, want := range test.want {
				assert.Equal(t, problem.Warning, found[i].Severity)
				assert.Contains(t, found[i].Path+": "+found[i].Message, want)
			}
			if name == "a definition" {
				assert.Regexp(t, `Largest: step "S98" \(\d+\), step "S97" \(\d+\), step "S99" \(\d+\)$`, found[1].Message)
				assert.Regexp(t, `Largest: Resource "AttiniDeploymentPlanSfnPlan" \(\d+\)$`, found[0].Message, "nothing that is small beside it")
			}
		})
	}
}

// TestDefinitionSizes: a definition's size is that of the JSON that SAM makes of it.
func TestDefinitionSizes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/expanded.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		document, err := os.ReadFile(path)
		require.NoError(t, err)
		template := read(t, string(document))
		for _, field := range template.Get("Resources").Entries() {
			definition := field.Value.At("Properties", "Definition")
			if !definition.IsMap() {
				continue
			}
			text, err := definition.MarshalJSON()
			require.NoError(t, err)
			var written bytes.Buffer
			require.NoError(t, json.Indent(&written, text, "", "    "))
			if !isASCII(written.String()) {
				continue
			}
			size, inTemplate := transform.DefinitionSize(definition)
			assert.Equal(t, written.Len(), size, path)
			lines, err := json.Marshal(strings.Split(written.String(), "\n"))
			require.NoError(t, err)
			lines = bytes.ReplaceAll(lines, []byte(`\u003c`), []byte("<"))
			lines = bytes.ReplaceAll(bytes.ReplaceAll(lines, []byte(`\u003e`), []byte(">")), []byte(`\u0026`), []byte("&"))
			assert.Equal(t, len(lines)-len("[]"), inTemplate, path)
		}
	}
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > '~' }) < 0
}

package transform_test

import (
	"bytes"
	"encoding/base64"
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
	"github.com/attini-go/runner/internal/quota"
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
	userData := func(value any) object {
		template := steps(1, 1)
		template["Resources"].(object)["Host"] = object{
			"Type": "AWS::EC2::LaunchTemplate", "Properties": object{"LaunchTemplateData": object{"UserData": value}},
		}
		return template
	}
	script := func(size int) object { return object{"Fn::Base64": strings.Repeat("x", size)} }
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
		"user data":              {userData(script(16_384)), []string{`Resources.Host: Launch template "Host": its user data has at least 16384 bytes; AWS takes at most 16384`}},
		"user data near the limit": {userData(object{"Fn::Base64": object{"Fn::Join": []any{"--", []any{
			strings.Repeat("x", 4096),
			object{"Ref": "AWS::Region"},
			object{"Fn::Sub": strings.Repeat("y", 4096) + "${AWS::StackName}${!x}"},
			object{"Fn::Sub": []any{"${Name}" + strings.Repeat("z", 4095), object{"Name": "n"}}},
			object{"Fn::If": []any{"Large", strings.Repeat("b", 9000), strings.Repeat("a", 809)}},
		}}}}), []string{"Resources.Host: Launch template \"Host\": its user data has at least 13108 bytes"}},
		"user data in base64": {userData(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 13_200)))), []string{"Resources.Host: Launch template \"Host\": its user data has at least 13200 bytes"}},
		"less user data":      {userData(script(13_107)), nil},
		"unknown user data":   {userData(object{"Fn::ImportValue": "Script"}), nil},
		"outputs":             {many("Outputs", 201), []string{"Outputs: the expanded template has 201 outputs; CloudFormation takes at most 200"}},
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

// TestUserDataFits: a host's user data with the longest names is far from EC2's limit.
func TestUserDataFits(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("R", 126)
	n, err := cfn.ReadJSON(write(t, object{"Resources": object{
		name: object{"Type": "Attini::Deploy::Runner", "Properties": object{
			"EcsCluster":       "arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/" + strings.Repeat("c", 255),
			"Ec2Configuration": object{"InstanceType": "t3.small", "Ami": "AmazonLinux2023"},
		}},
		"Plan": planOf(runnerJob(name, "ls")),
	}}))
	require.NoError(t, err)
	expanded, problems := transform.Expand(t.Context(), transform.Request{Template: n})
	require.NoError(t, problems.Err())
	data := expanded.At("Resources", name+"LaunchTemplate", "Properties", "LaunchTemplateData", "UserData")
	known := transform.UserDataSize(data)
	longest := transform.UserDataSize(withReferences(data, strings.Repeat("l", 512))) // a log group's name
	assert.Greater(t, longest, known+3*512, "the references are in it")
	assert.False(t, quota.IsNear(longest, quota.UserData), "%d bytes", longest)
}

// withReferences is a tree with a text in place of each Ref.
func withReferences(n *cfn.Node, text string) *cfn.Node {
	if n.Has("Ref") {
		return cfn.Str(text)
	}
	return n.Rebuild(func(child *cfn.Node) *cfn.Node { return withReferences(child, text) })
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

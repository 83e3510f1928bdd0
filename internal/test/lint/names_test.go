package lint_test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// TestNamesThatTemplatesSay: what the macro has templates call by name is what
// template.yaml installs.
func TestNamesThatTemplatesSay(t *testing.T) {
	t.Parallel()
	said := map[string]map[string]bool{}
	names := map[string]*regexp.Regexp{
		"FunctionName":        regexp.MustCompile(`:function:([\w-]+)`),
		"RoleName":            regexp.MustCompile(`:role/attini/([\w-]+\$\{AWS::Region\})`),
		"InstanceProfileName": regexp.MustCompile(`"(attini-runner-default-instance-profile-[^"]*)"`),
		"ClusterName":         regexp.MustCompile(`"(attini-default)"`),
	}
	goldens(t, func(_ string, template []byte) {
		for property, name := range names {
			for _, found := range name.FindAllSubmatch(template, -1) {
				if said[property] == nil {
					said[property] = map[string]bool{}
				}
				said[property][string(found[1])] = true
			}
		}
	})
	installed := map[string][]string{}
	for _, resource := range installation(t).Get("Resources").Entries() {
		for property := range names {
			value := resource.Value.At("Properties", property)
			if sub := value.Get("Fn::Sub"); sub != nil {
				value = sub
			}
			if value.IsString() {
				installed[property] = append(installed[property], value.Text)
			}
		}
	}
	for property := range names {
		require.NotEmpty(t, said[property], "no golden has a %s", property)
		for name := range said[property] {
			assert.Contains(t, installed[property], name, property)
		}
	}
}

// TestNamesThatPermissionsKnow: the functions are let use, and called by, what
// stacks have of these names. CloudFormation makes a name of the stack's, the
// resource's id and a random part.
func TestNamesThatPermissionsKnow(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, text := range texts(installation(t)) {
		if strings.Contains(text, "*Attini") {
			known[text[strings.LastIndexAny(text, ":/")+1:]] = true
		}
	}
	counted := map[string]int{}
	goldens(t, func(golden string, template []byte) {
		read, problems := cfn.Read(template)
		require.Empty(t, problems, golden)
		for _, resource := range read.Get("Resources").Entries() {
			if !resource.Value.Has("Type") {
				continue // a Fn::ForEach
			}
			var pattern string
			switch kind := resource.Value.Get("Type").Text; {
			case kind == "AWS::SQS::Queue" && resource.Value.Get("Properties").Has("RedrivePolicy"):
				pattern = "*AttiniRunnerQueue*"
			case kind == "AWS::Serverless::StateMachine":
				pattern = "*AttiniDeploymentPlanSfn*"
			case kind == "AWS::Events::Rule":
				pattern = "*AttiniPostExecution*"
			default:
				continue
			}
			counted[pattern]++
			matches, err := path.Match(pattern, "a-stack-"+resource.Key+"-1A2B3C4D5E6F")
			require.NoError(t, err)
			assert.True(t, matches, "%s: %s is not %s", golden, resource.Key, pattern)
		}
	})
	for pattern := range counted {
		assert.True(t, known[pattern], "nothing in template.yaml knows %s", pattern)
	}
	assert.Len(t, known, len(counted), "%v", known)
}

// texts are all strings in a template.
func texts(n *cfn.Node) []string {
	if n.IsString() {
		return []string{n.Text}
	}
	var found []string
	for _, item := range n.Items {
		found = append(found, texts(item)...)
	}
	for _, field := range n.Entries() {
		found = append(found, texts(field.Value)...)
	}
	return slices.Compact(found)
}

package integrations_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/schema"
)

// What the settings call a function is one to the project too, written on the
// kind of node that they name.
func TestEditorSettingsNameFunctions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("editor/settings.json")
	require.NoError(t, err)
	var settings struct {
		Tags []string `json:"yaml.customTags"`
	}
	require.NoError(t, json.Unmarshal(text, &settings))
	require.Greater(t, len(settings.Tags), 20)
	arguments := map[string]string{"scalar": "a.b", "sequence": "[a, b]", "mapping": "{a: b}"}
	for _, tag := range settings.Tags {
		name, kinds, _ := strings.Cut(tag, " ")
		written, result, _ := strings.Cut(kinds, ":")
		assert.Equal(t, "object", result, "%s: the schema takes a function for an object", tag)
		document, problems := cfn.Read(fmt.Appendf(nil, "value: %s %s\n", name, arguments[written]))
		require.Empty(t, problems, tag)
		_, _, function := cfn.Intrinsic(document.Get("value"))
		assert.True(t, function, tag)
	}
}

// The plan's properties that the documents name are those that package plan
// knows.
func TestPlanProperties(t *testing.T) {
	t.Parallel()
	var document struct {
		Properties map[string]any
	}
	require.NoError(t, json.Unmarshal(schema.PlanRegistryDocument(), &document))
	require.NotEmpty(t, document.Properties)
	properties := cfn.Obj(cfn.F("Unheard", cfn.Str("of")))
	for name := range document.Properties {
		properties.Set(name, cfn.Str("a"))
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str(plan.Type)), cfn.F("Properties", properties))
	_, problems := plan.Read("Plan", resource, cfn.NewPath("Resources", "Plan"))
	var unknown []string
	for _, p := range problems {
		if p.Rule == plan.RuleUnknownProperty {
			unknown = append(unknown, p.Path)
			_, known, found := strings.Cut(p.Message, "known: ")
			require.True(t, found, p.Message)
			assert.Len(t, strings.Split(known, ", "), len(document.Properties), p.Message)
		}
	}
	assert.Equal(t, []string{"Resources.Plan.Properties.Unheard"}, unknown)
}

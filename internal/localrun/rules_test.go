package localrun_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	deployment "github.com/attini-go/runner/internal/plan"
)

// TestValidateAndRunAgreeOnRules: a Choice rule that is found right before the
// deployment is one that runs, and a wrong one is found before it runs.
func TestValidateAndRunAgreeOnRules(t *testing.T) {
	t.Parallel()
	var rules []string
	values := []string{`"a"`, `"$.y"`, `"2026-01-01T00:00:00Z"`, `"2026-01-01"`, `"a\\*b"`, `"a\\b"`, "1.5", "true", "null", "[]"}
	for _, kind := range []string{"String", "Numeric", "Boolean", "Timestamp"} {
		for _, relation := range []string{"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals", "Matches", "NotEquals"} {
			for _, path := range []string{"", "Path"} {
				for _, value := range values {
					rules = append(rules, fmt.Sprintf(`"Variable": "$.x", "%s%s%s": %s`, kind, relation, path, value))
				}
			}
		}
	}
	for _, test := range []string{"IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp", "IsList"} {
		for _, value := range values {
			rules = append(rules, fmt.Sprintf(`"Variable": "$.x", "%s": %s`, test, value))
		}
	}
	const good, bad = `{"Variable": "$.x", "IsNull": true}`, `{"Variable": "x", "IsNull": true}`
	for _, inner := range []string{good, bad, `{}`, `"a"`, "null", `{"Variable": "$.x", "IsNull": true, "Next": "B"}`} {
		rules = append(rules, `"Not": `+inner, `"And": [`+inner+`]`, `"Or": [`+good+`, `+inner+`]`, `"And": `+inner, `"Not": {"Or": [{"Not": `+inner+`}]}`)
	}
	rules = append(rules, `"Comment": "c"`, `"And": []`, `"Or": []`, `"IsNull": true`, `"Variable": "$.x"`, `"Variable": "$.x", "IsNull": true, "Not": `+good,
		`"Variable": "$.x", "IsNull": true, "IsString": true`, `"Variable": "$.x", "IsNull": true, "And": [`+good+`]`, `"Variable": "$.x", "IsNull": true, "Comment": "c"`,
		`"Variable": 5, "IsNull": true`, `"Variable": "$$.State.Name", "StringEquals": "a"`, `"Condition": "{% true %}"`, `"Variable": "$.x", "isNull": true`)

	accepted := 0
	for _, rule := range rules {
		machine := `{"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{` + rule + `, "Next": "B"}], "Default": "B"}, "B": {"Type": "Succeed"}}}`
		_, err := asl.Parse([]byte(machine))
		resource, unreadable := cfn.Read([]byte(`{"Properties": {"DeploymentPlan": ` + machine + `}}`))
		require.Empty(t, unreadable, rule)
		_, problems := deployment.Read("P", resource, cfn.NewPath("Resources", "P"))
		assert.Equal(t, err == nil, !problems.HasErrors(), "%s\nrun: %v\nvalidate: %v", rule, err, problems)
		if err == nil {
			accepted++
		}
	}
	assert.Greater(t, accepted, 50)
	assert.Less(t, accepted, len(rules)-50)
}

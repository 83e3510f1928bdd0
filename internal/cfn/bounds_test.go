package cfn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// TestEvaluateEndsWithItsRoom: a template of a kilobyte can name a long value so
// often that nothing holds what it comes to. That is said once, and known as
// not known beforehand.
func TestEvaluateEndsWithItsRoom(t *testing.T) {
	t.Parallel()
	million := strings.Repeat("a,", 500_000)
	for name, value := range map[string]string{
		"joined":           "!Join ['', [" + strings.Repeat("!Ref Text, ", 40) + "]]",
		"substituted":      "!Sub '" + strings.Repeat("${Text}", 40) + "'",
		"a list":           "[" + strings.Repeat("!Ref List, ", 4) + "]",
		"split":            "!Split [',', !Ref Text]",
		"a mapping":        "[" + strings.Repeat("!FindInMap [M, k, v], ", 4) + "]",
		"in base 64":       "[" + strings.Repeat("!Base64 {Ref: Text}, ", 40) + "]",
		"a long delimiter": "!Join ['" + strings.Repeat("x", 1000) + "', !Ref List]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := read(t, "Parameters: {Text: {Type: String}, List: {Type: CommaDelimitedList}}\nx: "+value)
			items := cfn.Seq()
			for range 100_000 {
				items.Items = append(items.Items, cfn.Str("a"))
			}
			template.Set("Mappings", cfn.Obj(cfn.F("M", cfn.Obj(cfn.F("k", cfn.Obj(cfn.F("v", items)))))))
			values := cfn.Values{Parameters: map[string]string{"Text": million, "List": million}}
			evaluator, problems := cfn.NewEvaluator(template, values)
			require.NoError(t, problems.Err())
			_, problems = evaluator.Evaluate(template.Get("x"), cfn.NewPath("x"))
			require.Len(t, problems, 1)
			assert.Equal(t, "too-large", problems[0].Rule)
			assert.Contains(t, problems[0].Message, "larger than 32 MiB in all")

			_, all := cfn.Analyze(template, values).Values(template.Get("x"))
			assert.False(t, all)
		})
	}
}

// TestForeseeKeepsConditions: a condition is worked out once, however many
// values need it, and a cycle is one in any order.
func TestForeseeKeepsConditions(t *testing.T) {
	t.Parallel()
	var conditions strings.Builder
	const many = 5000
	for i := 1; i < many; i++ {
		fmt.Fprintf(&conditions, "  C%d: !Not [!Condition C%d]\n", i, i-1)
	}
	template := read(t, "Conditions:\n  C0: !Equals [a, a]\n"+conditions.String()+`
  A: !Not [!Condition B]
  B: !Not [!Condition A]
x: !If [C4999, a, b]
y: !If [B, a, b]
`)
	known := cfn.Analyze(template, cfn.Values{})
	for range many {
		values, all := known.Values(template.Get("x"))
		require.True(t, all)
		require.Equal(t, "b", values[0].Text)
		require.Equal(t, template.Get("y"), known.ResolveIf(template.Get("y")))
	}
	evaluator, _ := cfn.NewEvaluator(template, cfn.Values{})
	_, problems := evaluator.Evaluate(template.Get("y"), cfn.NewPath("y"))
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Message, "the condition needs itself: B > A > B")
}

func TestParseSubJoinsLiterals(t *testing.T) {
	t.Parallel()
	sub, err := cfn.ParseSub(cfn.Str("a${!b}${!c}d${E}${F.G}h$i{"))
	require.NoError(t, err)
	assert.Equal(t, []cfn.SubPart{{Literal: "a${b}${c}d"}, {Variable: "E"}, {Variable: "F.G"}, {Literal: "h$i{"}}, sub.Parts)
	for _, text := range []string{"${", "${" + strings.Repeat("x", 1_000_000), "${ü}", "${" + strings.Repeat("ü", 1_000_000) + "}"} {
		_, err := cfn.ParseSub(cfn.Str(text))
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 600)
	}
}

package cfn_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// TestAssignments: of the values that conditions can have together none is
// missing, and none is there that cannot be.
func TestAssignments(t *testing.T) {
	t.Parallel()
	const template = `
Parameters:
  Env: {Type: String}
  Size: {Type: String, AllowedValues: [s, m, l]}
  Two: {Type: String, AllowedValues: [a, b]}
  Known: {Type: String, Default: x}
  Hidden: {Type: String, Default: x, NoEcho: true}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Dev: !Equals [dev, !Ref Env]
  NotProd: !Not [!Condition Prod]
  Either: !Or [!Condition Prod, !Condition Dev]
  Both: !And [!Condition Prod, !Condition Dev]
  Small: !Equals [!Ref Size, s]
  Huge: !Equals [!Ref Size, xxl]
  A: !Equals [!Ref Two, a]
  B: !Equals [!Ref Two, b]
  X: !Equals [!Ref Known, x]
  H: !Equals [!Ref Hidden, x]
  Same: !Equals [!Ref Env, !Ref Env]
  Other: !Equals [!Ref Env, !Ref Size]
  Cycle: !Not [!Condition Cycle]
  Broken: !Equals [a]
`
	for name, test := range map[string]struct {
		names, holds string
		want         []string
	}{
		"nothing":                  {"", "", []string{""}},
		"one":                      {"Prod", "", []string{"Prod", ""}},
		"one that is known":        {"X", "", []string{"X"}},
		"a hidden value":           {"H", "", []string{"H", ""}},
		"two of one operand":       {"Dev Prod", "", []string{"Dev", "Prod", ""}},
		"one and not it":           {"NotProd Prod", "", []string{"NotProd", "Prod"}},
		"and, or":                  {"Both Dev Either Prod", "", []string{"Dev Either", "Either Prod", ""}},
		"a value that is allowed":  {"Small", "", []string{"Small", ""}},
		"one that is not allowed":  {"Huge", "", []string{""}},
		"two values, one of them":  {"A B", "", []string{"A", "B"}},
		"the same operand twice":   {"Same", "", []string{"Same"}},
		"two operands":             {"Other", "", []string{"Other", ""}},
		"independent ones":         {"A Prod", "", []string{"A Prod", "A", "Prod", ""}},
		"with one that holds":      {"Dev", "Prod", []string{"Prod"}},
		"with one that never does": {"Dev", "Both", nil},
		"one that is not there":    {"Nope", "", []string{"Nope", ""}},
		"one that needs itself":    {"Cycle", "", []string{"Cycle"}},
		"one that is broken":       {"Broken", "", []string{"Broken", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := cfn.Analyze(read(t, template), cfn.Values{})
			found, ok := known.Assignments(strings.Fields(test.names), strings.Fields(test.holds), 10)
			require.True(t, ok)
			var got []string
			for _, values := range found {
				var holding []string
				for _, name := range slices.Sorted(maps.Keys(values)) {
					if values[name] {
						holding = append(holding, name)
					}
				}
				got = append(got, strings.Join(holding, " "))
			}
			assert.ElementsMatch(t, test.want, got)
		})
	}
}

// TestAssignmentsBounds: what is too large to find out ends at once.
func TestAssignmentsBounds(t *testing.T) {
	t.Parallel()
	var chain, many strings.Builder
	var all []string
	chain.WriteString("Conditions:\n  C0: !Equals [!Ref AWS::StackName, a]\n")
	many.WriteString("Conditions:\n")
	for i := range 200 {
		chain.WriteString(strings.NewReplacer("N", itoa(i+1), "M", itoa(i)).Replace("  CN: !And [!Condition CM, !Condition CM]\n"))
		many.WriteString(strings.ReplaceAll("  CN: !Equals [!GetAtt R.AN, a]\n", "N", itoa(i)))
		all = append(all, "C"+itoa(i))
	}
	found, ok := cfn.Analyze(read(t, chain.String()), cfn.Values{}).Assignments([]string{"C200"}, nil, 10)
	assert.True(t, ok)
	assert.Len(t, found, 2)
	_, ok = cfn.Analyze(read(t, many.String()), cfn.Values{}).Assignments(all, nil, 1<<30)
	assert.False(t, ok)
	_, ok = cfn.Analyze(read(t, many.String()), cfn.Values{}).Assignments(all[:4], nil, 15)
	assert.False(t, ok, "more than asked for")
	_, ok = cfn.Analyze(read(t, "Conditions: {C: !Equals ['"+strings.Repeat("x", 1<<16)+"', !Ref AWS::StackName]}"), cfn.Values{}).Assignments([]string{"C"}, nil, 9)
	assert.True(t, ok, "a long text is no operand that is not known")
}

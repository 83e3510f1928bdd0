package cfn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/cfn"
)

// FuzzEvaluate holds that no template makes the evaluator panic, that it leaves
// its input alone, and that what it calls known has no function left in it.
func FuzzEvaluate(f *testing.F) {
	f.Add(world + "x: [!Ref Env, !Sub '${Bucket.Arn}', !If [Circle, a, b], !Cidr [10.0.0.0/8, 2, 8]]\n")
	f.Add("Parameters: []\nConditions: 1\nMappings: a\nx: [!FindInMap [a, b, c], !Condition x]\n")
	f.Add("Parameters: {A: {Type: Number, Default: 1e9999, MinValue: x}}\nx: !Cidr ['::/0', 256, 128]\n")
	f.Add("x: !Select [9223372036854775808, !Split [a, b]]\n")
	f.Fuzz(func(t *testing.T, template string) {
		tree, problems := cfn.Read([]byte(template))
		if problems.HasErrors() {
			return
		}
		before := text(t, tree)
		e, _ := cfn.NewEvaluator(tree, given())
		got, problems := e.Evaluate(tree, cfn.Path{})
		assert.Equal(t, before, text(t, tree))
		if len(problems) == 0 && !cfn.IsNoValue(got) {
			assertNoFunction(t, got)
		}
		for _, field := range tree.Get("Conditions").Entries() {
			e.Condition(field.Key, cfn.Path{})
		}
	})
}

func assertNoFunction(t *testing.T, n *cfn.Node) {
	t.Helper()
	name, _, ok := cfn.Intrinsic(n)
	assert.False(t, ok, name)
	for _, item := range n.Items {
		assertNoFunction(t, item)
	}
	for _, field := range n.Fields {
		assertNoFunction(t, field.Value)
	}
}

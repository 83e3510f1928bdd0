package cfn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

func TestNodeAccess(t *testing.T) {
	t.Parallel()
	tree := read(t, "a:\n  b: 1\nc: []\n")
	assert.Equal(t, "1", tree.At("a", "b").Text)
	assert.Nil(t, tree.At("a", "x", "y"))
	assert.Nil(t, tree.At("c", "x"))
	assert.True(t, tree.Has("c"))
	assert.False(t, tree.Get("c").Has("c"))
	assert.Equal(t, problem.Place{Line: 2, Column: 3}, tree.Get("a").KeyPlace("b"))
	assert.Equal(t, tree.Get("a").Place, tree.Get("a").KeyPlace("none"), "a missing key is missed in its object")
	assert.Len(t, tree.Entries(), 2)
	assert.Empty(t, tree.Get("c").Entries())

	tree.Set("a", cfn.Int(2))
	tree.Set("d", cfn.Boolean(true))
	tree.Delete("c")
	tree.Delete("none")
	assert.Equal(t, `{"a":2,"d":true}`, text(t, tree))

	var none *cfn.Node
	assert.Nil(t, none.At("a"))
	assert.Empty(t, none.Entries())
	assert.Zero(t, none.KeyPlace("a"))
	assert.False(t, none.IsMap() || none.IsList() || none.IsString() || none.IsScalar() || none.Has("a"))
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	fields := cfn.Resources(read(t, "Resources: {B: {Type: X}, A: {Type: Y}, 'Fn::ForEach::Z': []}"))
	require.Len(t, fields, 3)
	assert.Equal(t, "B", fields[0].Key)
	assert.Empty(t, cfn.Resources(read(t, "Resources: [a]")))
	assert.Empty(t, cfn.Resources(read(t, "a: b")))
	assert.Empty(t, cfn.Resources(nil))

	names := cfn.PseudoParameters()
	names[0] = "changed"
	assert.Contains(t, cfn.PseudoParameters(), "AWS::AccountId", "each caller has its own list")
}

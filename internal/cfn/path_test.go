package cfn_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/cfn"
)

func TestPath(t *testing.T) {
	t.Parallel()
	var root cfn.Path
	for want, got := range map[string]cfn.Path{
		"":                                 root,
		"Resources":                        root.Key("Resources"),
		"[0]":                              root.Index(0),
		"Resources.Build.Commands[2]":      root.Keys("Resources", "Build", "Commands").Index(2),
		"A.Fn::ForEach::X":                 root.Keys("A", "Fn::ForEach::X"),
		`A["two words"]["a.b"][""]["ünï"]`: root.Keys("A", "two words", "a.b", "", "ünï"),
		`["quote \" and\nline"]`:           root.Key("quote \" and\nline"),
	} {
		assert.Equal(t, want, got.String())
	}
}

func TestPathsAreBounded(t *testing.T) {
	t.Parallel()
	var at cfn.Path
	key := strings.Repeat("k", 1_000_000)
	for range 10_000 {
		at = at.Key(key).Index(1)
	}
	assert.Less(t, len(at.String()), 6000)
	name := strings.Repeat("é", 255)
	assert.Equal(t, `["`+name+`"]`, cfn.NewPath(name).String(), "a name of CloudFormation's is whole")
}

func TestPathFrom(t *testing.T) {
	t.Parallel()
	step := func() cfn.Path { return cfn.NewPath("Resources", "P").Index(1) }
	at := step().Keys("Properties", "Two words").Index(0)
	for want, base := range map[string]cfn.Path{
		`Resources.P[1].Properties["Two words"][0]`: {},
		`[1].Properties["Two words"][0]`:            cfn.NewPath("Resources", "P"),
		`Properties["Two words"][0]`:                step(),
		`["Two words"][0]`:                          step().Key("Properties"),
		`[0]`:                                       step().Keys("Properties", "Two words"),
	} {
		assert.Equal(t, want, at.From(base))
	}
	for name, base := range map[string]cfn.Path{
		"the path itself":    at,
		"an equal path":      step().Keys("Properties", "Two words").Index(0),
		"a longer path":      at.Key("X"),
		"another key":        cfn.NewPath("Resources", "Q"),
		"another position":   cfn.NewPath("Resources", "P").Index(0),
		"another first step": cfn.NewPath("Outputs", "P").Index(1),
		"the text's prefix":  cfn.NewPath("Resources", "P").Index(1).Key("Prop"),
	} {
		assert.Empty(t, at.From(base), name)
	}
}

func TestPathKeys(t *testing.T) {
	t.Parallel()
	at := cfn.NewPath("Resources", "P").Index(3).Key("Commands").Index(0).Index(1)
	assert.Equal(t, "Commands", at.LastKey())
	assert.Empty(t, cfn.Path{}.Index(0).LastKey())
	assert.Empty(t, cfn.Path{}.LastKey())
	for depth, want := range []string{"Resources", "P", "", "Commands", "", "", ""} {
		assert.Equal(t, want, at.KeyAt(depth), depth)
	}
	assert.True(t, cfn.Path{}.IsRoot())
	assert.False(t, at.IsRoot())
}

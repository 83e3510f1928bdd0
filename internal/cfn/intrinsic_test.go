package cfn_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

func TestIntrinsic(t *testing.T) {
	t.Parallel()
	for json, want := range map[string]string{
		`{"Ref":"X"}`: "Ref", `{"Fn::Sub":"x"}`: "Fn::Sub", `{"Fn::ForEach::X":[]}`: "Fn::ForEach::X", `{"Condition":"X"}`: "Condition", `{"Ref":["odd"]}`: "Ref",
		`{"Condition":{"StringEquals":{}}}`: "", `{"Ref":"X","b":1}`: "", `{}`: "", `"Ref"`: "", `["Ref"]`: "", `{"ref":"X"}`: "", `null`: "",
	} {
		tree, err := cfn.ReadJSON([]byte(json))
		require.NoError(t, err)
		name, argument, ok := cfn.Intrinsic(tree)
		assert.Equal(t, want, name, json)
		assert.Equal(t, want != "", ok, json)
		assert.Equal(t, ok, argument != nil, json)
	}
	_, _, ok := cfn.Intrinsic(nil)
	assert.False(t, ok)
}

func TestIsNoValue(t *testing.T) {
	t.Parallel()
	assert.True(t, cfn.IsNoValue(cfn.Ref("AWS::NoValue")))
	assert.False(t, cfn.IsNoValue(cfn.Ref("AWS::Region")))
	assert.False(t, cfn.IsNoValue(cfn.Str("AWS::NoValue")))
	assert.False(t, cfn.IsNoValue(cfn.Obj(cfn.F("Ref", cfn.Seq()))))
	assert.False(t, cfn.IsNoValue(nil))
}

func TestSubParts(t *testing.T) {
	t.Parallel()
	literal := func(s string) cfn.SubPart { return cfn.SubPart{Literal: s} }
	variable := func(s string) cfn.SubPart { return cfn.SubPart{Variable: s} }
	for text, want := range map[string][]cfn.SubPart{
		"":                        nil,
		"plain $x {y} }":          {literal("plain $x {y} }")},
		"${A}":                    {variable("A")},
		"a${A.B.C}${AWS::Region}": {literal("a"), variable("A.B.C"), variable("AWS::Region")},
		"a ${!HOME} b":            {literal("a ${HOME} b")},
		"${!A}${!B}":              {literal("${A}${B}")},
		"${!x:-y}${A}":            {literal("${x:-y}"), variable("A")},
		"$${A}$":                  {literal("$"), variable("A"), literal("$")},
		"grün ${A}😀":              {literal("grün "), variable("A"), literal("😀")},
	} {
		parts, err := cfn.SubParts(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, parts, text)
	}
	for text, says := range map[string]string{
		"a ${b":       `"${b" has a ${ without }`,
		"${}":         "${} is no name",
		"${A B}":      "${A B} is no name",
		"${HOME:-x}":  "write ${!HOME:-x} for a shell variable",
		"${A${B}}":    "${A${B} is no name",
		"${array[@]}": "write ${!array[@]}",
	} {
		_, err := cfn.SubParts(text)
		assert.ErrorContains(t, err, says, text)
	}
}

var escaped = regexp.MustCompile(`\$\{!([^}]*)\}`)

// FuzzSubParts holds that the parts of a text, put together, are the text.
func FuzzSubParts(f *testing.F) {
	for _, seed := range []string{"", "${A}", "${!A}", "$", "${", "${}", "a${A.B}c${!D}", "${${A}}", "${!${!}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, err := cfn.SubParts(text)
		if err != nil {
			return
		}
		var together strings.Builder
		literals := 0
		for _, part := range parts {
			if part.Variable == "" {
				literals++
				require.NotEmpty(t, part.Literal)
				require.Less(t, literals, 2, "literals that follow each other are one")
				together.WriteString(part.Literal)
				continue
			}
			literals = 0
			require.Empty(t, part.Literal)
			together.WriteString("${" + part.Variable + "}")
		}
		assert.Equal(t, escaped.ReplaceAllString(text, "$${$1}"), together.String())
	})
}

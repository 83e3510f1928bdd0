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

func TestParseSub(t *testing.T) {
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
		sub, err := cfn.ParseSub(cfn.Str(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, sub.Parts, text)
	}
	for text, says := range map[string]string{
		"a ${b":       `"${b" has a ${ without }`,
		"${}":         "${} is no name",
		"${A B}":      "${A B} is no name",
		"${HOME:-x}":  "write ${!HOME:-x} for a shell variable",
		"${A${B}}":    "${A${B} is no name",
		"${array[@]}": "write ${!array[@]}",
	} {
		sub, err := cfn.ParseSub(cfn.Str(text))
		assert.Equal(t, text, sub.Text.Text)
		assert.ErrorContains(t, err, says, text)
	}
}

func TestParseSubArgument(t *testing.T) {
	t.Parallel()
	text := cfn.Str("${A}${Own}${B.Arn}${A}")
	sub, err := cfn.ParseSub(cfn.Seq(text, cfn.Obj(cfn.F("Own", cfn.Int(1)))))
	require.NoError(t, err)
	assert.Equal(t, []string{"A", "B.Arn", "A"}, sub.References())
	assert.Equal(t, text, sub.Text)
	sub, err = cfn.ParseSub(text)
	require.NoError(t, err)
	assert.Equal(t, []string{"A", "Own", "B.Arn", "A"}, sub.References())
	for name, argument := range map[string]*cfn.Node{
		"nothing": nil, "a number": cfn.Int(1), "an object": cfn.Obj(), "a list of one": cfn.Seq(text),
		"a list of three": cfn.Seq(text, cfn.Obj(), cfn.Obj()), "no text in the list": cfn.Seq(cfn.Int(1), cfn.Obj()),
	} {
		sub, err := cfn.ParseSub(argument)
		require.Error(t, err, name)
		assert.Nil(t, sub.Text, name)
		assert.Empty(t, sub.References(), name)
	}
}

var escaped = regexp.MustCompile(`\$\{!([^}]*)\}`)

// FuzzParseSub holds that the parts of a text, put together, are the text.
func FuzzParseSub(f *testing.F) {
	for _, seed := range []string{"", "${A}", "${!A}", "$", "${", "${}", "a${A.B}c${!D}", "${${A}}", "${!${!}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sub, err := cfn.ParseSub(cfn.Str(text))
		if err != nil {
			return
		}
		var together strings.Builder
		literals := 0
		for _, part := range sub.Parts {
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

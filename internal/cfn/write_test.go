package cfn_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/golden"
)

// kinds has a value of every kind, and texts that some reader of YAML takes for
// something else.
func kinds() *cfn.Node {
	texts := cfn.Seq()
	for _, s := range []string{
		"plain text", "arn:aws:s3:::bucket/*", "${AWS::StackName}-x", "", " lead", "trail ", "yes", "No", "on", "y", "true", "NULL", "~", "012345678901", "0644", "0x1F", "1_000", "1e3", "1.10",
		"2010-09-09", "12:30:45", ".inf", "{{resolve:ssm:/a/b}}", "- item", "# comment", "a #b", "key: value", "!Ref x", "&a", "*", "@", "%", "|", "<<", "=", "'", `"`, `\`, "a,b", "\ttab", "tab\t", "\x00\x1b", "\u00a0", "\u2028", "grün 😀",
		"#!/bin/sh\nset -e\n\techo done\n", "no end of line\nat the end", "\nbegins empty", " begins indented\n", "ends empty\n\n\n", "blank at \nthe end of a line", "Windows\r\nlines",
	} {
		texts.Items = append(texts.Items, cfn.Str(s))
	}
	return cfn.Obj(
		cfn.F("Texts", texts),
		cfn.F("Numbers", cfn.Seq(cfn.Int(0), cfn.Int(-1), &cfn.Node{Kind: cfn.Number, Text: "1.1"}, &cfn.Node{Kind: cfn.Number, Text: "1e400"}, &cfn.Node{Kind: cfn.Number, Text: "12345678901234567890"})),
		cfn.F("Truths", cfn.Seq(cfn.Boolean(true), cfn.Boolean(false), nil, &cfn.Node{})),
		cfn.F("Empty", cfn.Seq(cfn.Obj(), cfn.Seq())),
		cfn.F("Nested", cfn.Seq(cfn.Seq(cfn.Int(1), cfn.Seq(cfn.Int(2))), cfn.Obj(cfn.F("a", cfn.Obj(cfn.F("b", cfn.Int(3))))))),
		cfn.F("Functions", cfn.Seq(cfn.Ref("X"), cfn.GetAtt("A", "Outputs.B"), cfn.Sub("${A.B} <&>"))),
		cfn.F("yes", cfn.Int(1)), cfn.F("123456789012", cfn.Int(2)), cfn.F("two\nlines", cfn.Int(3)), cfn.F("", cfn.Int(4)), cfn.F("<<", cfn.Int(5)),
	)
}

func TestWriteYAML(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, cfn.WriteYAML(&out, kinds()))
	golden.Assert(t, "kinds.yaml", out.Bytes())

	again, problems := cfn.Read(out.Bytes())
	require.Empty(t, problems)
	assert.Equal(t, text(t, kinds()), text(t, again))
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, cfn.WriteJSON(&out, kinds()))
	golden.Assert(t, "kinds.json", out.Bytes())

	again, err := cfn.ReadJSON(out.Bytes())
	require.NoError(t, err)
	assert.Equal(t, text(t, kinds()), text(t, again))
}

func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	golden.Files(t, "kinds.*", "kinds.json", "kinds.yaml")
}

func TestMarshalJSON(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `null`, text(t, nil))
	assert.Equal(t, "[\"\ufffd\",\"<&>\"]", text(t, cfn.Seq(cfn.Str("\xff"), cfn.Str("<&>"))))

	inStruct, err := json.Marshal(struct{ Node *cfn.Node }{cfn.Obj(cfn.F("a", cfn.Int(1)))})
	require.NoError(t, err)
	assert.JSONEq(t, `{"Node":{"a":1}}`, string(inStruct))
}

func TestWriteRefusesWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, literal := range []string{"", "x", "01", "1_000", "0x1F", ".5", "1.", "+1", "NaN", "1 ", "-"} {
		tree := cfn.Obj(cfn.F("a", cfn.Seq(&cfn.Node{Kind: cfn.Number, Text: literal})))
		_, err := tree.MarshalJSON()
		require.ErrorContains(t, err, "is no number literal", "%q", literal)
		require.Error(t, cfn.WriteJSON(&bytes.Buffer{}, tree))
		require.Error(t, cfn.WriteYAML(&bytes.Buffer{}, tree))
	}
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteSaysWhenItCannot(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, cfn.WriteJSON(brokenWriter{}, cfn.Obj()), errBroken)
	require.ErrorIs(t, cfn.WriteYAML(brokenWriter{}, cfn.Obj()), errBroken)
}

func TestFromValue(t *testing.T) {
	t.Parallel()
	tree, err := cfn.FromValue(map[string]any{
		"b": json.Number("1.10"), "a": []any{nil, true, "x"}, "c": 7, "d": []string{"y"}, "e": cfn.Ref("Z"), "f": map[string]int{"h": 1, "g": 2},
	})
	require.NoError(t, err)
	assert.Equal(t, `{"a":[null,true,"x"],"b":1.10,"c":7,"d":["y"],"e":{"Ref":"Z"},"f":{"g":2,"h":1}}`, text(t, tree))

	for _, value := range []any{json.Number("abc"), []any{make(chan int)}, map[string]any{"a": func() {}}} {
		_, err := cfn.FromValue(value)
		assert.Error(t, err)
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	tree, err := cfn.ReadJSON([]byte(`{"a":[null,true,1.10,"x",{}]}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"a": []any{nil, true, json.Number("1.10"), "x", map[string]any{}}}, tree.Value())
	assert.Nil(t, (*cfn.Node)(nil).Value())
}

func TestClone(t *testing.T) {
	t.Parallel()
	tree := read(t, "a: [1, {b: !Ref c}]\nd: {}\n")
	clone := tree.Clone()
	assert.Equal(t, tree, clone)
	clone.Get("a").Items[1].Set("b", cfn.Int(2))
	clone.Get("a").Items[0].Text = "9"
	clone.Delete("d")
	assert.Equal(t, `{"a":[1,{"b":{"Ref":"c"}}],"d":{}}`, text(t, tree))
	assert.Nil(t, (*cfn.Node)(nil).Clone())
}

// TestJSONSize: the size that is counted is that of what is written.
func TestJSONSize(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`null`, `true`, `false`, `1.50`, `""`, `[]`, `{}`, `[1]`, `[1,"a",null]`, `{"a":1}`, `{"a":[],"b":{"c":"d","e":false}}`,
		`"a \" b \\ c \n \t \u0001 \u007f ü 😀 \u2028 < > & /"`, `{"ü\"":"\\"}`,
	} {
		n, err := cfn.ReadJSON([]byte(text))
		require.NoError(t, err)
		written, err := n.MarshalJSON()
		require.NoError(t, err)
		assert.Equal(t, len(written), n.JSONSize(), text)
	}
	var absent *cfn.Node
	assert.Equal(t, len("null"), absent.JSONSize())
	assert.Equal(t, len("\"\ufffd\""), cfn.Str("\xff").JSONSize())
}

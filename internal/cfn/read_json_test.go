package cfn_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

func TestReadJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ json, want string }{
		"order and literals":      {` {"b": [1, 1.10, -0, 1e400, 12345678901234567890], "a": {"z": null, "y": true, "x": false}} `, `{"b":[1,1.10,-0,1e400,12345678901234567890],"a":{"z":null,"y":true,"x":false}}`},
		"text stays unescaped":    {`{"a": "<b> && \u003cc\u003e"}`, `{"a":"<b> && <c>"}`},
		"pairs of escapes":        {`["\ud83d\ude00", "\/", "\u0000"]`, `["😀","/","\u0000"]`},
		"the last of equal keys":  {`{"a": 1, "b": 2, "a": 3}`, `{"a":3,"b":2}`},
		"scalar":                  {`"x"`, `"x"`},
		"empty":                   {`[{}, [], ""]`, `[{},[],""]`},
		"looks like a short form": {`{"a": "!Ref x"}`, `{"a":"!Ref x"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, err := cfn.ReadJSON([]byte(test.json))
			require.NoError(t, err)
			assert.Equal(t, test.want, text(t, tree))
		})
	}
}

// TestReadJSONManyKeys crosses from comparing keys to looking them up.
func TestReadJSONManyKeys(t *testing.T) {
	t.Parallel()
	var fields []string
	for i := range 100 {
		fields = append(fields, fmt.Sprintf(`"k%d":%d`, i, i))
	}
	all := "{" + strings.Join(fields, ",") + "}"
	twice := "{" + strings.Join(fields, ",") + "," + strings.Join(fields, ",") + "}"
	tree, err := cfn.ReadJSON([]byte(twice))
	require.NoError(t, err)
	assert.Equal(t, all, text(t, tree))

	_, problems := cfn.Read([]byte(twice))
	assert.Len(t, problems, 100)
}

func TestReadJSONErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ json, says string }{
		"empty":            {``, "at byte 0: the text ends in the middle"},
		"cut short":        {`{"a":[1,`, "at byte 8: the text ends in the middle"},
		"two values":       {`1 2`, "text after the value"},
		"trailing comma":   {`[1,]`, "at byte 2: invalid character ','"},
		"unquoted key":     {`{a:1}`, "at byte 1: invalid character 'a'"},
		"not a number":     {`[01]`, "at byte 2: invalid character '1'"},
		"lone surrogate":   {`["\ud800"]`, "surrogate"},
		"not UTF-8":        {"[\"\xff\"]", "invalid UTF-8"},
		"control in text":  {"[\"\n\"]", `invalid character '\n'`},
		"nested too deep":  {strings.Repeat("[", 300) + strings.Repeat("]", 300), "nested deeper than 200"},
		"very deep indeed": {strings.Repeat("[", 1_000_000), "nested deeper than 200"},
		"wrong closing":    {`{"a":1]`, "at byte 6: invalid character ']'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, err := cfn.ReadJSON([]byte(test.json))
			assert.Nil(t, tree)
			require.ErrorContains(t, err, test.says)
			assert.ErrorContains(t, err, "read JSON")
		})
	}
}

// fragment is a template of about the largest size that CloudFormation takes.
func fragment() []byte {
	var b bytes.Buffer
	b.WriteString(`{"AWSTemplateFormatVersion":"2010-09-09","Resources":{`)
	for i := range 500 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"Function%d":{"Type":"AWS::Lambda::Function","Properties":{"FunctionName":{"Fn::Sub":"${AWS::StackName}-function-%d"},"MemorySize":512,"Timeout":30,`+
			`"Role":{"Fn::GetAtt":["Role","Arn"]},"Environment":{"Variables":{"TABLE":{"Ref":"Table"},"REGION":{"Ref":"AWS::Region"}}},`+
			`"Code":{"ZipFile":%q},"Tags":[{"Key":"a","Value":"b"},{"Key":"c","Value":{"Fn::If":["IsProd","yes","no"]}}]}}`, i, i, strings.Repeat("exports.handler = async () => 1; // \"quoted\"\n", 32))
	}
	b.WriteString(`}}`)
	return b.Bytes()
}

func BenchmarkReadJSON(b *testing.B) {
	data := fragment()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cfn.ReadJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMarshalJSON(b *testing.B) {
	data := fragment()
	tree, err := cfn.ReadJSON(data)
	require.NoError(b, err)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.MarshalJSON(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncodingJSON is the yardstick: what the standard library takes to
// read the same text into an any, and to write it.
func BenchmarkEncodingJSON(b *testing.B) {
	data := fragment()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var value any
		if err := json.Unmarshal(data, &value); err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadYAML(b *testing.B) {
	tree, err := cfn.ReadJSON(fragment())
	require.NoError(b, err)
	var yaml bytes.Buffer
	require.NoError(b, cfn.WriteYAML(&yaml, tree))
	b.SetBytes(int64(yaml.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := cfn.Read(yaml.Bytes()); problems.HasErrors() {
			b.Fatal(problems)
		}
	}
}

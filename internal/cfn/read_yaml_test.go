package cfn_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// read reads a template that must be free of problems.
func read(t testing.TB, template string) *cfn.Node {
	t.Helper()
	tree, problems := cfn.Read([]byte(template))
	require.Empty(t, problems)
	return tree
}

// TestReadShortForms has the idioms that other converters corrupt in silence.
func TestReadShortForms(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ yaml, want string }{
		"function within a function":        {"a: !ImportValue\n  Fn::Sub: x\n", `{"Fn::ImportValue":{"Fn::Sub":"x"}}`},
		"function within Base64":            {"a: !Base64\n  Fn::Sub: |\n    #!/bin/sh\n    echo ${X}\n", `{"Fn::Base64":{"Fn::Sub":"#!/bin/sh\necho ${X}\n"}}`},
		"condition":                         {"a: !Condition IsProd", `{"Condition":"IsProd"}`},
		"transform":                         {"a: !Transform {Name: AWS::Include, Parameters: {Location: s3}}", `{"Fn::Transform":{"Name":"AWS::Include","Parameters":{"Location":"s3"}}}`},
		"language extensions":               {"a: !ToJsonString\n  b: !Length [1, 2]\n", `{"Fn::ToJsonString":{"b":{"Fn::Length":[1,2]}}}`},
		"attribute":                         {"a: !GetAtt A.B", `{"Fn::GetAtt":["A","B"]}`},
		"nested stack's output":             {"a: !GetAtt A.Outputs.Arn", `{"Fn::GetAtt":["A","Outputs.Arn"]}`},
		"attribute as a list":               {"a: !GetAtt [A, !Ref B]", `{"Fn::GetAtt":["A",{"Ref":"B"}]}`},
		"attribute without a dot":           {"a: !GetAtt A", `{"Fn::GetAtt":"A"}`},
		"argument that looks like a number": {"a: !Ref 012", `{"Ref":"012"}`},
		"argument that looks like a date":   {"a: !Sub 2010-09-09", `{"Fn::Sub":"2010-09-09"}`},
		"argument that looks like a truth":  {"a: !Ref true", `{"Ref":"true"}`},
		"no argument":                       {"a: !Ref", `{"Ref":""}`},
		"flow style":                        {`a: !If [P, !Sub "${A}-x", !Ref AWS::NoValue]`, `{"Fn::If":["P",{"Fn::Sub":"${A}-x"},{"Ref":"AWS::NoValue"}]}`},
		"select of split":                   {"a: !Select [0, !Split [',', !Ref X]]", `{"Fn::Select":[0,{"Fn::Split":[",",{"Ref":"X"}]}]}`},
		"sub with variables":                {"a: !Sub\n- ${X}\n- X: !GetAtt A.B\n", `{"Fn::Sub":["${X}",{"X":{"Fn::GetAtt":["A","B"]}}]}`},
		"folded text":                       {"a: !Sub >-\n  x\n  y\n", `{"Fn::Sub":"x y"}`},
		"find in map, join, cidr, zones":    {"a: [!FindInMap [A, B, C], !Join ['', []], !Cidr [a, 1, 8], !GetAZs '']", `[{"Fn::FindInMap":["A","B","C"]},{"Fn::Join":["",[]]},{"Fn::Cidr":["a",1,8]},{"Fn::GetAZs":""}]`},
		"conditions":                        {"a: !And [!Or [], !Not [], !Equals [a, b]]", `{"Fn::And":[{"Fn::Or":[]},{"Fn::Not":[]},{"Fn::Equals":["a","b"]}]}`},
		"rule functions":                    {"a: !Contains [[x], !ValueOfAll [a, b]]", `{"Fn::Contains":[["x"],{"Fn::ValueOfAll":["a","b"]}]}`},
		"function behind an anchor":         {"a: &x !Ref Y", `{"Ref":"Y"}`},
		"loop stays":                        {"a: {'Fn::ForEach::X': [I, [a], {}]}", `{"Fn::ForEach::X":["I",["a"],{}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, text(t, read(t, test.yaml).Get("a")))
		})
	}
}

// TestReadScalars holds what a plain scalar is to CloudFormation, which has a
// resolver of its own for YAML 1.1, and how it writes what is no text.
func TestReadScalars(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		// recorded from deployed stacks
		"yes": "true", "YES": "true", "No": "false", "on": "true", "Off": "false", "OFF": "false", "y": `"y"`, "N": `"N"`, "yEs": `"yEs"`,
		"012345670123": "1402433619", "0300": "192", "000001": "1", "012345678901": "1.2345678901E10", "17:00": "1020", "1:30": "90", "12:30:00": "45000",
		"2010-09-09": `"2010-09-09"`, "2001-12-14T21:59:43Z": `"2001-12-14T21:59:43Z"`, "1.10": "1.1",
		// the same resolver's other forms
		"0644": "420", "00": "0", "0x1F": "31", "-0xff": "-255", "0b11": "3", "1_000": "1000", "0_8": "8.0", "09": "9.0", "190:20:30": "685230", "12:30:00.5": "45000.5",
		"+1": "1", "-0": "0", "1.": "1.0", ".5": "0.5", "-.5": "-0.5", "1e3": "1000.0", "123e5": "1.23E7", "1.5E-7": "1.5E-7", "0.001": "0.001", "1e7": "1.0E7", "100.00": "100.0", "1e400": "1e400",
		"09:30": `"09:30"`, "1:75": `"1:75"`, "80:8080": `"80:8080"`, "10.0.0.1": `"10.0.0.1"`, "0o17": `"0o17"`, "0x": `"0x"`, "0x_": `"0x_"`, "0b2": `"0b2"`, "1-2": `"1-2"`, "1e": `"1e"`, "+": `"+"`, ".": `"."`,
		".inf": `".inf"`, "-.INF": `"-.INF"`, ".nan": `".nan"`, "=": `"="`, "tRue": `"tRue"`,
		"true": "true", "True": "true", "TRUE": "true", "False": "false", "~": "null", "null": "null", "NULL": "null", "": "null",
		"0": "0", "-1": "-1", "9007199254740993": "9007199254740993", "12345678901234567890": "12345678901234567890",
		"!!str 12": `"12"`, "!!int '12'": "12", "!!int '012'": "10", "!!float 1.50": "1.5", "!!bool 'true'": "true", "!!bool 'yes'": "true", "!!bool x": `"x"`, "!!null ''": "null", "! 12": `"12"`, "!!timestamp 2001-01-01": `"2001-01-01"`,
		"'12'": `"12"`, `"true"`: `"true"`, `"0123456789012"`: `"0123456789012"`, "'~'": `"~"`, "|\n  1": `"1\n"`, "'yes'": `"yes"`, `"12:30:00"`: `"12:30:00"`, ">-\n  no": `"no"`,
	} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want, text(t, read(t, "a: "+value+"\n").Get("a")))
		})
	}
}

// TestReadKeepsTheText: what is another value than its text says can be told so.
func TestReadKeepsTheText(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"yes": "yes", "OFF": "OFF", "True": "True", "012": "012", "1.10": "1.10", "12:30:00": "12:30:00", "+1": "+1",
		"true": "", "1": "", "-1.5": "", "text": "", "2010-09-09": "", "'yes'": "", "~": "", "!!bool 'yes'": "", "!Ref yes": "",
	} {
		assert.Equal(t, want, read(t, "a: "+value+"\n").Get("a").Written, value)
	}
	assert.Equal(t, "1.10", read(t, `{"a": 1.10}`).Get("a").Written, "JSON")
}

func TestReadKeys(t *testing.T) {
	t.Parallel()
	tree := read(t, "y: 1\n'123456789012': 2\n2010-09-09: 3\n\"1.10\": 4\n'on': 5\nnull: 6\n\"<<\": 7\nb: 8\na: 9\n")
	assert.Equal(t, `{"y":1,"123456789012":2,"2010-09-09":3,"1.10":4,"on":5,"null":6,"<<":7,"b":8,"a":9}`, text(t, tree))
}

func TestReadAliases(t *testing.T) {
	t.Parallel()
	tree, problems := cfn.Read([]byte("a: &x\n  b: [1]\nc: *x\n&k d: *x\ne: {*k : f}\n"))
	assert.Equal(t, `{"a":{"b":[1]},"c":{"b":[1]},"d":{"b":[1]},"e":{"d":"f"}}`, text(t, tree))
	tree.At("c", "b").Items[0].Text = "2"
	assert.Equal(t, "1", tree.At("a", "b").Items[0].Text, "each use is a value of its own")
	require.Len(t, problems, 1, "CloudFormation refuses all of them: said once")
	assert.Equal(t, "alias", problems[0].Rule)
	assert.Equal(t, problem.Warning, problems[0].Severity)
	assert.Equal(t, problem.Place{Line: 3, Column: 4}, problems[0].Place)
}

func TestReadWarnsOfTruthsAsKeys(t *testing.T) {
	t.Parallel()
	tree, problems := cfn.Read([]byte("a:\n  NO: 1\n  'NO ': 2\n"))
	assert.Equal(t, `{"a":{"NO":1,"NO ":2}}`, text(t, tree))
	require.Len(t, problems, 1)
	assert.Equal(t, "key", problems[0].Rule)
	assert.Equal(t, problem.Warning, problems[0].Severity)
	assert.Equal(t, problem.Place{Line: 2, Column: 3}, problems[0].Place)
}

func TestReadPlaces(t *testing.T) {
	t.Parallel()
	yaml := "Resources:\n  Build: # a comment\n    Type: Attini::Deploy::Runner\n    Properties: {Ünïcode: é, Image: !Sub \"${X}\"}\n    List:\n      - one\n      - !GetAtt A.B\n"
	json := "{\n\t\"Resources\": {\"é\": {\"a\" : [1, \"two\",\n  null]}}\n}"
	for name, test := range map[string]struct {
		template   string
		keys       []string
		item       int
		key, value problem.Place
	}{
		"object":              {yaml, []string{"Resources"}, -1, problem.Place{Line: 1, Column: 1}, problem.Place{Line: 2, Column: 3}},
		"text":                {yaml, []string{"Resources", "Build", "Type"}, -1, problem.Place{Line: 3, Column: 5}, problem.Place{Line: 3, Column: 11}},
		"after wide letters":  {yaml, []string{"Resources", "Build", "Properties", "Image"}, -1, problem.Place{Line: 4, Column: 30}, problem.Place{Line: 4, Column: 37}},
		"short form":          {yaml, []string{"Resources", "Build", "List"}, 1, problem.Place{Line: 5, Column: 5}, problem.Place{Line: 7, Column: 9}},
		"byte order mark":     {"\ufeff" + yaml, []string{"Resources"}, -1, problem.Place{Line: 1, Column: 1}, problem.Place{Line: 2, Column: 3}},
		"Windows lines":       {strings.ReplaceAll(yaml, "\n", "\r\n"), []string{"Resources", "Build", "Type"}, -1, problem.Place{Line: 3, Column: 5}, problem.Place{Line: 3, Column: 11}},
		"JSON key and object": {json, []string{"Resources", "é"}, -1, problem.Place{Line: 2, Column: 16}, problem.Place{Line: 2, Column: 21}},
		"JSON text":           {json, []string{"Resources", "é", "a"}, 1, problem.Place{Line: 2, Column: 22}, problem.Place{Line: 2, Column: 32}},
		"JSON null":           {json, []string{"Resources", "é", "a"}, 2, problem.Place{Line: 2, Column: 22}, problem.Place{Line: 3, Column: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := read(t, test.template)
			last := len(test.keys) - 1
			assert.Equal(t, test.key, tree.At(test.keys[:last]...).KeyPlace(test.keys[last]))
			value := tree.At(test.keys...)
			if test.item >= 0 {
				value = value.Items[test.item]
			}
			assert.Equal(t, test.value, value.Place)
		})
	}
}

func TestReadProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		template, rule string
		line, column   int
		says           string
	}{
		"empty":                        {"", "unreadable", 1, 1, "the template is empty"},
		"only comments":                {"# nothing\n\n# here\n", "unreadable", 1, 1, "the template is empty"},
		"only a marker":                {"---\n", "unreadable", 1, 1, "the template is empty"},
		"only a mark":                  {"\ufeff", "unreadable", 1, 1, "the template is empty"},
		"text":                         {"hello\n", "not-an-object", 1, 1, "this is a string"},
		"list":                         {"- a\n", "not-an-object", 1, 1, "this is a list"},
		"null":                         {"null\n", "not-an-object", 1, 1, "this is null"},
		"two documents":                {"a: b\n---\nc: d\n", "unreadable", 2, 1, "more than one YAML document"},
		"broken second":                {"a: b\n---\nc: [d\n", "unreadable", 4, 1, "a , or ] is missing (it begins in line 3)"},
		"Latin-1":                      {"a: b\nc: gr\xfcn\n", "unreadable", 2, 6, "not UTF-8"},
		"UTF-16":                       {"\xff\xfea\x00", "unreadable", 1, 1, "UTF-16"},
		"NUL":                          {"é: x\x00", "unreadable", 1, 5, "U+0000"},
		"unknown tag":                  {"a: !Foo x\n", "unknown-tag", 1, 4, "!Foo is no short form"},
		"misspelt tag":                 {"a: !GetAttr x.y\n", "unknown-tag", 1, 4, "did you mean !GetAtt?"},
		"binary":                       {"a: !!binary aGk=\n", "unknown-tag", 1, 4, "!!binary"},
		"own tags":                     {"%TAG ! tag:example.com,2000:\n---\na: !Ref x\n", "unknown-tag", 3, 4, "tag:example.com,2000:Ref"},
		"duplicate key":                {"a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1, `"a" is there twice in one object, first in line 1`},
		"same text as key":             {"a: a\n'a': b\n", "duplicate-key", 2, 1, `"a"`},
		"number as a key":              {"a:\n  123456789012: b\n", "key", 2, 3, "the key 123456789012 is a number"},
		"duplicate key, JSON":          {"{\"a\": 1,\n \"a\": 2}", "duplicate-key", 2, 2, "first in line 1"},
		"object as a key":              {"? [a]\n: b\n", "key", 1, 3, "plain text"},
		"function as a key":            {"a:\n  !Ref b: c\n", "key", 2, 3, "plain text"},
		"merge key":                    {"a: &x {b: 1}\nc:\n  <<: *x\n", "merge-key", 3, 3, "write the entries out"},
		"alias within itself":          {"a: &x\n  b: [*x]\n", "recursive-alias", 2, 7, "*x"},
		"unknown alias":                {"a: *nope\n", "unreadable", 1, 4, "nope"},
		"anchor":                       {"a: &\n", "unreadable", 1, 5, "begins with & must be quoted"},
		"list within a line":           {"a: - b\n", "unreadable", 1, 4, "put the first - on a new line"},
		"key without colon":            {"a: 1\nb\nc: 2\n", "unreadable", 3, 1, "the key has no : after it"},
		"list's indentation":           {"a:\n  - b\n  c: d\n", "unreadable", 3, 3, "the line is neither an item of the list"},
		"object not closed":            {"a: {b: c\nd: e\n", "unreadable", 2, 2, "a , or } is missing (it begins in line 1)"},
		"value missing":                {"a: [b, : ]]\n", "unreadable", 1, 11, "check the indentation"},
		"YAML of tomorrow":             {"%YAML 9.9\n---\na: b\n", "unreadable", 1, 1, "incompatible"},
		"star":                         {"Resource: *\n", "unreadable", 1, 12, "begins with * must be quoted"},
		"tab":                          {"a:\n\tb: c\n", "unreadable", 2, 1, "a tab cannot indent"},
		"unquoted colon":               {"a: b: c\n", "unreadable", 1, 5, "quote a text that holds"},
		"unquoted at":                  {"a: @b\n", "unreadable", 1, 4, "cannot begin with '@'"},
		"indentation":                  {"a:\n  - b\n c: d\n", "unreadable", 3, 2, "check the indentation"},
		"list not closed":              {"a: [1, 2\nb: 3\n", "unreadable", 2, 2, "a , or ] is missing (it begins in line 1)"},
		"quotes not closed":            {"a: 'b\nc: d\n", "unreadable", 3, 1, "the quoted text is not closed (it begins in line 1)"},
		"backslash":                    {`a: "\d"` + "\n", "unreadable", 1, 5, "must be doubled"},
		"JSON without comma":           {"{\"a\": 1\n \"b\": 2}", "unreadable", 2, 2, "not JSON"},
		"JSON with one comma too many": {`{"a": 1,}`, "unreadable", 1, 8, "not JSON"},
		"JSON cut short":               {`{"a": [1`, "unreadable", 1, 9, "ends in the middle"},
		"text after JSON":              {"{\"a\": 1}\nx", "unreadable", 1, 9, "text after the value"},
		"deep YAML":                    {"a: " + strings.Repeat("[", 300) + strings.Repeat("]", 300), "too-large", 1, 204, "deeper than 200"},
		"very deep YAML":               {"a: " + strings.Repeat("[", 100_000), "unreadable", 1, 10004, "deeper than 200"},
		"deep JSON":                    {`{"a": ` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + "}", "too-large", 1, 207, "deeper than 200"},
		"deep functions":               {"a: " + strings.Repeat("!Not [", 101) + strings.Repeat("]", 101), "too-large", 1, 604, "deeper than 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, problems := cfn.Read([]byte(test.template))
			assert.Nil(t, tree)
			require.Len(t, problems, 1)
			found := problems[0]
			assert.Equal(t, problem.Error, found.Severity)
			assert.Equal(t, test.rule, found.Rule)
			assert.Equal(t, problem.Place{Line: test.line, Column: test.column}, found.Place, found.Message)
			assert.Contains(t, found.Message, test.says)
		})
	}
}

func TestReadNamesAllProblems(t *testing.T) {
	t.Parallel()
	_, problems := cfn.Read([]byte("a: !Foo x\nb: {c: 1, c: 2}\nd:\n  <<: {}\n"))
	var rules []string
	for _, found := range problems {
		rules = append(rules, found.Rule)
	}
	assert.Equal(t, []string{"unknown-tag", "duplicate-key", "merge-key"}, rules)
}

func TestReadBounds(t *testing.T) {
	t.Parallel()
	t.Run("more than CloudFormation takes", func(t *testing.T) {
		t.Parallel()
		tree, problems := cfn.Read([]byte("a: " + strings.Repeat("x", 1_000_000) + "\n"))
		assert.NotNil(t, tree)
		require.Len(t, problems, 1)
		assert.Equal(t, problem.Warning, problems[0].Severity)
		assert.Equal(t, "template-size", problems[0].Rule)
	})
	t.Run("more than is read", func(t *testing.T) {
		t.Parallel()
		tree, problems := cfn.Read([]byte("a: " + strings.Repeat("x", 10<<20)))
		assert.Nil(t, tree)
		require.Len(t, problems, 1)
		assert.Equal(t, "unreadable", problems[0].Rule)
	})
	t.Run("a billion laughs", func(t *testing.T) {
		t.Parallel()
		var yaml strings.Builder
		yaml.WriteString("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
		for i := range 9 {
			name := func(i int) string { return "a" + string(rune('0'+i)) }
			yaml.WriteString(name(i+1) + ": &" + name(i+1) + " [" + strings.Repeat("*"+name(i)+", ", 10) + "]\n")
		}
		tree, problems := cfn.Read([]byte(yaml.String()))
		assert.Nil(t, tree)
		require.Len(t, problems, 1)
		assert.Equal(t, "too-large", problems[0].Rule)
	})
	t.Run("few aliases of a large text", func(t *testing.T) {
		t.Parallel()
		tree, problems := cfn.Read([]byte("a: &a " + strings.Repeat("x", 100_000) + "\nb: [" + strings.Repeat("*a, ", 200) + "]\n"))
		assert.Nil(t, tree)
		require.Len(t, problems, 1)
		assert.Equal(t, "too-large", problems[0].Rule)
	})
}

// TestReadData: a file of the project's own is no template.
func TestReadData(t *testing.T) {
	t.Parallel()
	tree, problems := cfn.ReadData([]byte("a: yes\nb: 0644\n1: 1.10\nc: &x {d: True, e: ~}\non: *x\n"))
	assert.Empty(t, problems)
	assert.Equal(t, `{"a":"yes","b":"0644","1":1.10,"c":{"d":true,"e":null},"on":{"d":true,"e":null}}`, text(t, tree))
}

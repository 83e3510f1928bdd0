package cfn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

func TestParameters(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		declaration, given, want string
	}{
		"text":             {"{Type: String}", "", `""`},
		"Default":          {"{Type: String, Default: 012}", "-", `"10"`},
		"allowed":          {"{Type: String, AllowedValues: [a, 1]}", "1", `"1"`},
		"pattern":          {"{Type: String, AllowedPattern: '[a-z]+|x1'}", "x1", `"x1"`},
		"Java's groups":    {"{Type: String, AllowedPattern: '(?<=x)y++[a-z[0-9&&[^5]]]\\p{Alpha}{1,2000}'}", "z", `"z"`},
		"Java's sets":      {"{Type: String, AllowedPattern: '[a-z&&[^b]]+'}", "acc", `"acc"`},
		"Java's pattern":   {"{Type: String, AllowedPattern: '(?!x)y'}", "z", `"z"`},
		"lengths":          {"{Type: String, MinLength: 2, MaxLength: '3'}", "äöü", `"äöü"`},
		"number":           {"{Type: Number, MinValue: -1, MaxValue: 1e3}", "-0.5", `"-0.5"`},
		"list":             {"{Type: CommaDelimitedList, AllowedValues: [a, b]}", " a,b , a", `["a","b","a"]`},
		"list of subnets":  {"{Type: 'List<AWS::EC2::Subnet::Id>'}", "s-1", `["s-1"]`},
		"AWS type":         {"{Type: 'AWS::EC2::VPC::Id'}", "vpc-1", `"vpc-1"`},
		"name of a stored": {"{Type: 'AWS::SSM::Parameter::Name'}", "/a", `"/a"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := cfn.Values{Parameters: map[string]string{"P": test.given}}
			if test.given == "-" {
				values.Parameters = nil
			}
			e := evaluator(t, "Parameters:\n  P: "+test.declaration+"\n", values)
			got, problems := e.Evaluate(cfn.Ref("P"), cfn.NewPath("x"))
			require.Empty(t, problems)
			assert.Equal(t, test.want, text(t, got))
		})
	}
}

func TestParameterProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		declaration, given, rule, says string
	}{
		"missing":             {"{Type: String, Description: The bucket's name}", "-", "parameter-missing", `Parameter "P": has no value and no Default (The bucket's name) Give it with --parameter P=VALUE.`},
		"null Default":        {"{Type: String, Default: null}", "-", "parameter-declaration", "Default: must be a text, not null"},
		"a list for Default":  {"{Type: CommaDelimitedList, Default: [a, b]}", "-", "parameter-declaration", "Default: must be a text, not a list; write the items of a list in one text"},
		"no pattern":          {"{Type: String, AllowedPattern: '[a-'}", "a", "parameter-declaration", "AllowedPattern: is no regular expression: missing closing ]: [a-"},
		"pattern's bracket":   {"{Type: String, AllowedPattern: 'a)(b'}", "ab", "parameter-declaration", "unexpected )"},
		"pattern's star":      {"{Type: String, AllowedPattern: '*.txt'}", "a.txt", "parameter-declaration", "missing argument to repetition operator: *"},
		"pattern's range":     {"{Type: String, AllowedPattern: '[z-a]'}", "b", "parameter-declaration", "invalid character class range z-a"},
		"pattern's times":     {"{Type: String, AllowedPattern: 'a{3,1}'}", "a", "parameter-declaration", "the repetition {3,1} ends before it begins"},
		"bounds":              {"{Type: Number, MinValue: 5, MaxValue: 1}", "3", "parameter-declaration", "MinValue: 5 is above MaxValue, 1"},
		"lengths":             {"{Type: String, MinLength: 5, MaxLength: '1'}", "abc", "parameter-declaration", "MinLength: 5 is above MaxLength, 1"},
		"length":              {"{Type: String, MaxLength: -1}", "", "parameter-declaration", "MaxLength: must be a whole number of at least 0, not -1"},
		"bound":               {"{Type: Number, MaxValue: ten}", "3", "parameter-declaration", `MaxValue: must be a number, not "ten"`},
		"misspelt key":        {"{Type: String, Defualt: a}", "x", "parameter-declaration", `Defualt: a parameter has no such key; did you mean "Default"?`},
		"no list of values":   {"{Type: String, AllowedValues: a}", "a", "parameter-declaration", "AllowedValues: must be a list, not a string"},
		"neither true":        {"{Type: String, NoEcho: maybe}", "a", "parameter-declaration", `NoEcho: must be true or false, not "maybe"`},
		"misspelt stored":     {"{Type: 'AWS::SSM::Parameter::Value<Strin>', Default: /a}", "-", "parameter-declaration", "did you mean AWS::SSM::Parameter::Value<String>?"},
		"not allowed":         {"{Type: String, AllowedValues: [a, b]}", "c", "parameter-value", `Parameter "P": "c" is not allowed (allowed: a, b)`},
		"Default not allowed": {"{Type: String, AllowedValues: [a, b], Default: c}", "-", "parameter-value", `"c" is not allowed`},
		"pattern":             {"{Type: String, AllowedPattern: '[a-z]+'}", "a1", "parameter-value", `"a1" does not match [a-z]+`},
		"pattern, new line":   {"{Type: String, AllowedPattern: '[a-z]+'}", "a\n", "parameter-value", `"a\n" does not match [a-z]+`},
		"pattern with words":  {"{Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: letters only}", "1", "parameter-value", "does not match [a-z]+: letters only"},
		"secret":              {"{Type: String, NoEcho: true, MinLength: 8}", "hunter2", "parameter-value", "its value (NoEcho) has a length that is below 8"},
		"too long":            {"{Type: String, MaxLength: 2}", "äöü", "parameter-value", "has a length that is above 2"},
		"no number":           {"{Type: Number}", "ten", "parameter-value", `"ten" is not a number`},
		"infinite":            {"{Type: Number}", "Inf", "parameter-value", "is not a number"},
		"hexadecimal":         {"{Type: Number}", "0x1F", "parameter-value", "is not a number"},
		"too small":           {"{Type: Number, MinValue: 9007199254740993}", "9007199254740992", "parameter-value", "is below 9007199254740993"},
		"too large":           {"{Type: Number, MaxValue: 10}", "10.5", "parameter-value", "is above 10"},
		"list item":           {"{Type: 'List<Number>'}", "1,b", "parameter-value", `"b" is not a number`},
		"stored name":         {"{Type: 'AWS::SSM::Parameter::Value<String>', AllowedPattern: '/.*'}", "a", "parameter-value", `"a" does not match /.*`},
		"no declaration":      {"String", "x", "parameter-declaration", "its Type must be"},
		"no type":             {"{Default: x}", "x", "parameter-declaration", "its Type must be"},
		"unknown type":        {"{Type: Text}", "x", "parameter-declaration", "its Type must be String"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := cfn.Values{Parameters: map[string]string{"P": test.given}}
			if test.given == "-" {
				values.Parameters = nil
			}
			e, problems := cfn.NewEvaluator(read(t, "Parameters:\n  P: "+test.declaration+"\n"), values)
			require.Len(t, problems, 1)
			found := problems[0]
			assert.Equal(t, test.rule, found.Rule)
			assert.Regexp(t, `^Parameters\.P(\.[A-Za-z]+)?$`, found.Path)
			assert.Equal(t, 2, found.Line)
			assert.Contains(t, found.Message+" "+found.Advice, test.says)
			assert.NotContains(t, found.Message, "hunter2")
			require.NotNil(t, e)
		})
	}
}

func TestUnknownParameters(t *testing.T) {
	t.Parallel()
	_, problems := cfn.NewEvaluator(read(t, "Parameters: {Environment: {Type: String, Default: a}, Other: {Type: String, Default: b}}"),
		cfn.Values{Parameters: map[string]string{"Enviroment": "x", "Zzz": "y"}})
	require.Len(t, problems, 2)
	assert.Contains(t, problems[0].Message, `Parameter "Enviroment": the template declares no such parameter; did you mean "Environment"?`)
	assert.Contains(t, problems[1].Message, "(declared: Environment, Other)")

	_, problems = cfn.NewEvaluator(read(t, "Parameters: [a]"), cfn.Values{})
	require.Len(t, problems, 1)
	assert.Equal(t, "parameter-declaration", problems[0].Rule)

	_, problems = cfn.NewEvaluator(read(t, "Resources: {}"), cfn.Values{})
	assert.Empty(t, problems)
}

// TestMissingParameterInUse: a use of what NewEvaluator reported is reported
// too, never left unsaid.
func TestMissingParameterInUse(t *testing.T) {
	t.Parallel()
	e, problems := cfn.NewEvaluator(read(t, "Parameters: {P: {Type: String}}"), cfn.Values{})
	require.Len(t, problems, 1)
	_, problems = e.Evaluate(cfn.Sub("a${P}b"), cfn.NewPath("x"))
	require.Len(t, problems, 1)
	assert.Equal(t, "parameter-missing", problems[0].Rule)
	assert.Equal(t, `x.Fn::Sub: parameter "P" has no value`, problems[0].Message)
}

// A list stays one when the Systems Manager keeps it, in both ways to declare it.
func TestStoredLists(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"CommaDelimitedList": `["a","b"]`,
		"List<String>":       `["a","b"]`,
		"String":             `"a,b"`,
		"AWS::SSM::Parameter::Value<CommaDelimitedList>":   `["s","t"]`,
		"AWS::SSM::Parameter::Value<List<String>>":         `["s","t"]`,
		"AWS::SSM::Parameter::Value<String>":               `"s,t"`,
		"AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>": `"s,t"`,
	} {
		template := read(t, "Parameters: {P: {Type: '"+kind+"', Default: 'a,b'}}\nx: !Ref P\n")
		values := cfn.Values{Resolved: map[string]string{"{{resolve:ssm:a,b}}": "s,t"}}
		e, problems := cfn.NewEvaluator(template, values)
		require.Empty(t, problems, kind)
		value, problems := e.Evaluate(template.Get("x"), cfn.NewPath("x"))
		require.Empty(t, problems, kind)
		assert.Equal(t, want, text(t, value), kind)
		assert.Equal(t, want[0] == '[', cfn.Analyze(template, values).IsList("P"), kind)
	}
}

package cfn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

const analyzedTemplate = `
Parameters:
  Given: {Type: String}
  Defaulted: {Type: Number, Default: 7}
  Open: {Type: String}
  Listed: {Type: String, AllowedValues: [a, b]}
  ListedWithDefault: {Type: Number, AllowedValues: [1, 2], Default: 1}
  Secret: {Type: String, NoEcho: true, Default: hidden}
  SecretList: {Type: String, NoEcho: "TRUE", AllowedValues: [x, y]}
  Ids: {Type: CommaDelimitedList}
  ListedItems: {Type: CommaDelimitedList, AllowedValues: [a, b]}
  Stored: {Type: AWS::SSM::Parameter::Value<String>, Default: /name, AllowedValues: [/name, /other]}
Conditions:
  Always: !Equals [!Ref Given, given]
  Unknown: !Equals [!Ref AWS::StackName, mine]
Mappings: {Sizes: {eu-west-1: {Cpu: 512}}}
Resources:
  Values:
    Properties:
      literal: 5
      given: !Ref Given
      defaulted: !Ref Defaulted
      open: !Ref Open
      listed: !Ref Listed
      listed with a default: !Ref ListedWithDefault
      listed items: !Ref ListedItems
      secret: !Ref Secret
      a secret's list: !Ref SecretList
      secret inside: !Sub "x-${Secret}"
      ids: !Ref Ids
      stored: !Ref Stored
      sub: !Sub "${Given}-${AWS::Region}"
      account: !Ref AWS::AccountId
      mapping: !FindInMap [Sizes, !Ref AWS::Region, Cpu]
      import: !ImportValue x
      dynamic: "{{resolve:ssm:x}}"
      if known: !If [Always, 1, 2]
      if unknown: !If [Unknown, 1, !Ref Listed]
      if unknown with one open: !If [Unknown, 1, !Ref Open]
      if nothing: !If [Always, !Ref "AWS::NoValue", 2]
      if in if: !If [Always, !If [Unknown, 3, 4], 5]
      broken: !If [Always, 1]
`

func analyze(t *testing.T) (*cfn.StaticValues, *cfn.Node) {
	t.Helper()
	template, problems := cfn.Read([]byte(analyzedTemplate))
	require.NoError(t, problems.Err())
	return cfn.Analyze(template, cfn.Values{
		Parameters: map[string]string{"Given": "given", "Ids": "a, b"},
		Pseudo:     map[string]string{"AWS::Region": "eu-west-1"},
	}), template.At("Resources", "Values", "Properties")
}

func TestStaticValues(t *testing.T) {
	t.Parallel()
	known, properties := analyze(t)
	type outcome struct {
		values []any
		all    bool
	}
	nothing, noValue := outcome{}, map[string]any{"Ref": "AWS::NoValue"}
	cases := map[string]outcome{
		"literal":                  {[]any{"5"}, true},
		"given":                    {[]any{"given"}, true},
		"defaulted":                {[]any{"7"}, true},
		"open":                     nothing,
		"listed":                   {[]any{"a", "b"}, true},
		"listed with a default":    {[]any{"1", "2"}, true},
		"listed items":             {[]any{[]any{"a"}, []any{"b"}}, false},
		"secret":                   nothing,
		"a secret's list":          nothing,
		"secret inside":            nothing,
		"ids":                      {[]any{[]any{"a", "b"}}, true},
		"stored":                   nothing,
		"sub":                      {[]any{"given-eu-west-1"}, true},
		"account":                  nothing,
		"mapping":                  {[]any{"512"}, true},
		"import":                   nothing,
		"dynamic":                  nothing,
		"if known":                 {[]any{"1"}, true},
		"if unknown":               {[]any{"1", "a", "b"}, true},
		"if unknown with one open": {[]any{"1"}, false},
		"if nothing":               {[]any{noValue}, true},
		"if in if":                 {[]any{"3", "4"}, true},
		"broken":                   nothing,
	}
	require.Len(t, properties.Fields, len(cases))
	for _, field := range properties.Fields {
		t.Run(field.Key, func(t *testing.T) {
			t.Parallel()
			values, all := known.Values(field.Value)
			got := outcome{all: all}
			for _, value := range values {
				assert.Equal(t, field.Value.Place, value.Place, "a value stands where it is used")
				if value.IsScalar() {
					got.values = append(got.values, value.Text)
				} else {
					got.values = append(got.values, value.Value())
				}
			}
			assert.Equal(t, cases[field.Key], got)
		})
	}
}

func TestResolveIf(t *testing.T) {
	t.Parallel()
	known, properties := analyze(t)
	assert.Equal(t, "1", known.ResolveIf(properties.Get("if known")).Text)
	assert.Same(t, properties.Get("if unknown"), known.ResolveIf(properties.Get("if unknown")))
	assert.Same(t, properties.Get("broken"), known.ResolveIf(properties.Get("broken")))
	assert.Same(t, properties.Get("given"), known.ResolveIf(properties.Get("given")))
	inner := known.ResolveIf(properties.Get("if in if"))
	assert.Equal(t, "Unknown", inner.Get("Fn::If").Items[0].Text, "as it is written, as far as it is known")
}

func TestStaticValuesDeclares(t *testing.T) {
	t.Parallel()
	known, _ := analyze(t)
	assert.True(t, known.Declares("Open"))
	assert.False(t, known.Declares("AWS::Region"))
	assert.True(t, known.IsList("Ids"))
	assert.False(t, known.IsList("Given"))
	assert.False(t, known.IsList("Nobody"))
	assert.True(t, known.IsNoEcho("Secret"))
	assert.False(t, known.IsNoEcho("Nobody"))
}

// TestInConditions: CloudFormation resolves these before it makes any resource.
func TestInConditions(t *testing.T) {
	t.Parallel()
	template := read(t, "Parameters: {P: {Type: String}}\nResources: {R: {Type: AWS::SNS::Topic}}")
	known := cfn.Analyze(template, cfn.Values{})
	for value, want := range map[string]bool{
		"a": true, "[a, {b: !Ref P}]": true, "!Ref P": true, "!Ref R": false, "!GetAtt R.TopicArn": false, "!ImportValue a": false,
		"!Sub '${P} ${AWS::Region}'": true, "!Sub '${R}'": false, "!Sub ['${R}', {R: !Ref P}]": true, "!Sub ['${X}', {X: !Ref R}]": false, "!Sub '${'": false,
		"!FindInMap [A, !Ref P, b]": true, "!Join ['', [!Ref P]]": true, "!Join ['', [!Ref R]]": false, "!Select [0, !Split [',', !Ref P]]": true,
		"'{{resolve:ssm:/a}}'": false, "!If [C, a, b]": false,
	} {
		assert.Equal(t, want, known.InConditions(read(t, "x: "+value).Get("x")), value)
	}
	for _, name := range []string{"AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix"} {
		assert.True(t, known.InConditions(cfn.Ref("AWS::"+name)), name)
	}
}

package cfn_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

func TestFunctions(t *testing.T) {
	t.Parallel()
	e := evaluator(t, world, given())
	for name, test := range map[string]struct{ yaml, want string }{
		"plain values stay":          {"[1, 1.10, true, null, x, {a: []}]", `[1,1.1,true,null,"x",{"a":[]}]`},
		"parameter":                  {"!Ref Env", `"dev"`},
		"numbers are texts":          {"!Ref Count", `"1.5"`},
		"list parameter":             {"!Ref Zones", `["a","b","c"]`},
		"list of numbers":            {"!Ref Ports", `["80","443"]`},
		"stored parameter":           {"!Ref Image", `"ami-1"`},
		"stored list":                {"!Ref Subnets", `["s-1","s-2"]`},
		"pseudo parameter":           {"!Ref AWS::Region", `"eu-west-1"`},
		"empty pseudo list":          {"!Ref AWS::NotificationARNs", `[]`},
		"resource":                   {"!Ref Bucket", `"my-bucket"`},
		"attribute":                  {"!GetAtt Bucket.Arn", `"arn:bucket"`},
		"attribute as text":          {"{Fn::GetAtt: Bucket.Arn}", `"arn:bucket"`},
		"attribute by function":      {"!GetAtt [Bucket, !Sub 'Arn']", `"arn:bucket"`},
		"sub":                        {"!Sub '${Env}/${Bucket}/${Bucket.Arn}/${AWS::Region}/${!HOME}'", `"dev/my-bucket/arn:bucket/eu-west-1/${HOME}"`},
		"sub with variables":         {"!Sub ['${A}-${Env}-${A}', {A: !Ref Count, Unused: x}]", `"1.5-dev-1.5"`},
		"sub's variable hides":       {"!Sub ['${Env}', {Env: 7}]", `"7"`},
		"sub with a dotted variable": {"!Sub ['${A.B}', {A.B: x}]", `"x"`},
		"sub with nothing":           {"!Sub 'a${AWS::NoValue}b'", `"ab"`},
		"join":                       {"!Join ['-', [!Ref Env, 1, 1.10, true]]", `"dev-1-1.1-true"`},
		"join a list parameter":      {"!Join [',', !Ref Zones]", `"a,b,c"`},
		"join nothing":               {"!Join [',', []]", `""`},
		"join leaves nothing out":    {"!Join [',', [a, !Ref AWS::NoValue, b]]", `"a,b"`},
		"split":                      {"!Split [',', 'a,,b']", `["a","","b"]`},
		"split what is not there":    {"!Split ['|', abc]", `["abc"]`},
		"select":                     {"!Select [1, !Ref Zones]", `"b"`},
		"select by text":             {"!Select ['0', [!Ref Env, x]]", `"dev"`},
		"select of split":            {"!Select [2, !Split ['/', a/b/c]]", `"c"`},
		"mapping":                    {"!FindInMap [Sizes, !Ref Env, Cpu]", `256`},
		"mapped list":                {"!Join ['', !FindInMap [Sizes, dev, Zones]]", `"xy"`},
		"numeric mapping key":        {"!FindInMap [Sizes, dev, 1]", `"one"`},
		"mapping's default":          {"!FindInMap [Sizes, prod, Cpu, {DefaultValue: !Ref Env}]", `"dev"`},
		"if":                         {"!If [IsDev, !Ref Env, !Ref Nowhere]", `"dev"`},
		"if not":                     {"!If [IsProd, !Ref Nowhere, {a: !Ref Env}]", `{"a":"dev"}`},
		"conditions":                 {"[!Condition Both, !Condition Either, !Condition Alike]", `[false,true,true]`},
		"condition functions":        {"[!Equals [a, A], !Not [!Equals [a, b]], !And [!Condition IsDev, !Equals [1, '1']], !Or [!Equals [a, b], !Condition IsProd]]", `[false,true,true,false]`},
		"base64":                     {"!Base64 {Fn::Sub: '${Env}'}", `"ZGV2"`},
		"import":                     {"!ImportValue {Fn::Sub: '${Env}-vpc'}", `"vpc-1"`},
		"zones":                      {"!GetAZs ''", `["eu-west-1a","eu-west-1b"]`},
		"zones of this region":       {"!Select [0, !GetAZs {Ref: AWS::Region}]", `"eu-west-1a"`},
		"zones of another region":    {"!GetAZs us-east-1", `["us-east-1a"]`},
		"cidr":                       {"!Cidr [10.0.0.0/16, 3, 8]", `["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"]`},
		"cidr, the whole block":      {"!Cidr [10.0.0.0/24, 2, 7]", `["10.0.0.0/25","10.0.0.128/25"]`},
		"cidr over a byte":           {"!Select [255, !Cidr ['192.168.0.0/15', '256', '9']]", `"192.169.254.0/23"`},
		"cidr of IPv6":               {"!Cidr ['2001:db8::/56', 2, 64]", `["2001:db8::/64","2001:db8:0:1::/64"]`},
		"length":                     {"!Length {Ref: Zones}", `3`},
		"JSON text":                  {"!ToJsonString {b: !Ref Env, a: [1.10, true, '<'], c: !Ref AWS::NoValue}", `"{\"b\":\"dev\",\"a\":[1.1,true,\"<\"]}"`},
		"nothing leaves no trace":    {"{a: [!Ref AWS::NoValue, 1], b: !If [IsProd, x, !Ref AWS::NoValue], c: 2}", `{"a":[1],"c":2}`},
		"nothing at the top":         {"!If [IsProd, x, !Ref AWS::NoValue]", `{"Ref":"AWS::NoValue"}`},
		"dynamic reference":          {"'x{{resolve:ssm:/a}}y{{resolve:ssm:/a}}'", `"xAyA"`},
		"not twice":                  {"'{{resolve:ssm:/b:1}}'", `"{{resolve:ssm:/a}}"`},
		"not twice, in functions":    {"!Join ['', [!Sub '{{resolve:ssm:/b:1}}']]", `"{{resolve:ssm:/a}}"`},
		"dynamic, made by sub":       {"!Sub '{{resolve:ssm:/${Env}/x}}'", `"X"`},
		"dynamic, made by join":      {"!Join ['', ['{{resolve:', 'ssm:/a}}']]", `"A"`},
		"dynamic within a list":      {"!If [IsDev, {x: ['{{resolve:ssm:/a}}']}, y]", `{"x":["A"]}`},
		"dynamic in base64 stays":    {"!Base64 '{{resolve:ssm:/a}}'", `"e3tyZXNvbHZlOnNzbTovYX19"`},
		"not closed":                 {"'{{resolve:ssm:/a'", `"{{resolve:ssm:/a"`},
		"policy's condition":         {"{Condition: {StringEquals: {a: !Ref Env}}}", `{"Condition":{"StringEquals":{"a":"dev"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := read(t, "x: "+test.yaml)
			before := tree.Clone()
			got, problems := e.Evaluate(tree.Get("x"), cfn.NewPath("x"))
			assert.Empty(t, problems)
			assert.Equal(t, test.want, text(t, got))
			assert.Equal(t, before, tree, "the input stays as it is")
		})
	}
}

func TestFunctionProblems(t *testing.T) {
	t.Parallel()
	e := evaluator(t, world, cfn.Values{})
	for name, test := range map[string]struct{ yaml, rule, path, says string }{
		"stored parameter":         {"!Ref Image", "unknown-value", "x.Ref", `parameter "Image", of type AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>, is known only to AWS Give it in the --lookups file: {"Resolved": {"{{resolve:ssm:/image/id}}": "value"}}.`},
		"pseudo parameter":         {"!Ref AWS::Region", "unknown-value", "x.Ref", `pseudo parameter AWS::Region is not known here`},
		"no pseudo parameter":      {"!Ref AWS::Regoin", "unknown-reference", "x.Ref", `did you mean "AWS::Region"?`},
		"resource":                 {"!Ref Bucket", "unknown-value", "x.Ref", `the value of Ref Bucket is known only once the stack is deployed Give it in the --lookups file: {"References": {"Bucket": "value"}}.`},
		"attribute":                {"!GetAtt Bucket.Arn", "unknown-value", "x.Fn::GetAtt", `Fn::GetAtt Bucket.Arn is known only once`},
		"misspelt resource":        {"!Ref Buckte", "unknown-reference", "x.Ref", `no parameter or resource "Buckte"; did you mean "Bucket"?`},
		"attribute of a parameter": {"!GetAtt Env.Arn", "unknown-reference", "x.Fn::GetAtt", `the template declares no resource "Env"`},
		"unknown in sub":           {"!Sub 'a ${Bucket.Arn} b'", "unknown-value", "x.Fn::Sub", "Bucket.Arn"},
		"import":                   {"!ImportValue vpc", "unknown-value", "x.Fn::ImportValue", `the export "vpc" of another stack is not known here Give it in the --lookups file: {"Imports": {"vpc": "value"}}.`},
		"zones":                    {"!GetAZs ''", "unknown-value", "x.Fn::GetAZs", `{"References": {"AWS::AvailabilityZones": "value"}}`},
		"dynamic reference":        {"'a{{resolve:ssm:/a}}'", "unknown-value", "x", `the value of {{resolve:ssm:/a}} is known only to AWS Give it in the --lookups file: {"Resolved": {"{{resolve:ssm:/a}}": "value"}}.`},
		"dynamic reference, made":  {"!Sub '{{resolve:ssm:/${Env}}}'", "unknown-value", "x", "{{resolve:ssm:/dev}}"},
		"macro":                    {"!Transform {Name: X}", "unsupported-function", "x.Fn::Transform", "what another macro makes of this"},
		"macro beside others":      {"{a: 1, Fn::Transform: {Name: X}}", "unsupported-function", "x.Fn::Transform", "what another macro makes"},
		"loop":                     {"{Fn::ForEach::I: [a, [b], {}]}", "unsupported-function", "x.Fn::ForEach::I", "AWS::LanguageExtensions"},
		"loop beside others":       {"{a: 1, Fn::ForEach::I: [a, [b], {}]}", "unsupported-function", "x.Fn::ForEach::I", "AWS::LanguageExtensions"},
		"unknown function":         {"{Fn::Magic: 1}", "unsupported-function", "x.Fn::Magic", "Fn::Magic"},
		"function beside others":   {"{a: 1, Fn::Sub: b}", "intrinsic-shape", "x.Fn::Sub", "must stand alone"},
		"condition missing":        {"!If [IsDevv, a, b]", "unknown-condition", "x.Fn::If[0]", `no condition "IsDevv"; did you mean "IsDev"?`},
		"condition unknown":        {"!If [Unknown, a, b]", "unknown-value", "Conditions.Unknown.Fn::Equals[0].Fn::ImportValue", `the export "missing"`},
		"condition cycle":          {"!If [Circle, a, b]", "condition-cycle", "Conditions.Round.Fn::Or[0].Condition", "Circle > Round > Circle"},
		"mapping":                  {"!FindInMap [Sizes, prod, Cpu]", "unknown-mapping", "x.Fn::FindInMap", "Mappings has no Sizes / prod / Cpu"},

		"ref of a list":        {"!Ref [a]", "intrinsic-shape", "x.Ref", "its argument must be the name of a parameter or resource"},
		"ref of nothing":       {"!Ref", "intrinsic-shape", "x.Ref", "its argument must be"},
		"attribute, no dot":    {"!GetAtt Bucket", "intrinsic-shape", "x.Fn::GetAtt", "[resource, attribute]"},
		"attribute of three":   {"!GetAtt [a, b, c]", "intrinsic-shape", "x.Fn::GetAtt", "[resource, attribute]"},
		"resource by function": {"!GetAtt [!Ref Env, Arn]", "intrinsic-shape", "x.Fn::GetAtt", "[resource, attribute]"},
		"sub of a list":        {"!Sub [a]", "intrinsic-shape", "x.Fn::Sub", "a list of a string and an object"},
		"sub of a shell text":  {"!Sub ['${x:-y}', {}]", "intrinsic-shape", "x.Fn::Sub[0]", "write ${!x:-y}"},
		"sub of a list value":  {"!Sub '${Zones}'", "intrinsic-shape", "x.Fn::Sub", "a string is needed, not a list"},
		"join of a text":       {"!Join [',', !Ref Env]", "intrinsic-shape", "x.Fn::Join[1]", "a list is needed, not a string"},
		"join of lists":        {"!Join [',', [!Ref Zones]]", "intrinsic-shape", "x.Fn::Join[1]", "a list of strings is needed, its item 0 is a list"},
		"join of nulls":        {"!Join [',', [a, null]]", "intrinsic-shape", "x.Fn::Join[1]", "item 1 is null"},
		"join, one item":       {"!Join [',']", "intrinsic-shape", "x.Fn::Join", "[delimiter, [values]]"},
		"join by a function":   {"!Join [!Ref Env, []]", "intrinsic-shape", "x.Fn::Join", "[delimiter, [values]]"},
		"split by nothing":     {"!Split ['', a]", "intrinsic-shape", "x.Fn::Split", "[delimiter, string]"},
		"split a list":         {"!Split [',', []]", "intrinsic-shape", "x.Fn::Split[1]", "a string is needed, not a list"},
		"select, too far":      {"!Select [3, !Ref Zones]", "intrinsic-shape", "x.Fn::Select", `"3" is no position in a list of 3`},
		"select, negative":     {"!Select [-1, !Ref Zones]", "intrinsic-shape", "x.Fn::Select", `"-1"`},
		"select, no number":    {"!Select [a, []]", "intrinsic-shape", "x.Fn::Select", `"a"`},
		"select, shape":        {"!Select a", "intrinsic-shape", "x.Fn::Select", "[index, [values]]"},
		"mapping, two keys":    {"!FindInMap [a, b]", "intrinsic-shape", "x.Fn::FindInMap", "[map, first key, second key]"},
		"mapping, no default":  {"!FindInMap [a, b, c, {Default: x}]", "intrinsic-shape", "x.Fn::FindInMap", `{"DefaultValue": value}`},
		"if, two":              {"!If [IsDev, a]", "intrinsic-shape", "x.Fn::If", "[condition's name"},
		"if, function":         {"!If [!Equals [a, a], a, b]", "intrinsic-shape", "x.Fn::If", "[condition's name"},
		"equals, three":        {"!Equals [a, b, c]", "intrinsic-shape", "x.Fn::Equals", "[value, value]"},
		"and, one":             {"!And [!Condition IsDev]", "intrinsic-shape", "x.Fn::And", "a list of 2 to 10 conditions"},
		"or, eleven":           {"!Or [" + strings.Repeat("!Condition IsDev, ", 11) + "]", "intrinsic-shape", "x.Fn::Or", "a list of 2 to 10 conditions"},
		"or, names":            {"!Or [IsDev, !Condition IsDev]", "intrinsic-shape", "x.Fn::Or[0]", "a condition must be"},
		"not, text":            {"!Not IsDev", "intrinsic-shape", "x.Fn::Not", "[condition]"},
		"not, a sub":           {"!Not [!Sub a]", "intrinsic-shape", "x.Fn::Not[0].Fn::Sub", "a condition must be"},
		"base64 of a list":     {"!Base64 []", "intrinsic-shape", "x.Fn::Base64", "a string is needed, not a list"},
		"import of an object":  {"!ImportValue {a: b}", "intrinsic-shape", "x.Fn::ImportValue", "a string is needed, not an object"},
		"length of a text":     {"!Length abc", "intrinsic-shape", "x.Fn::Length", "a list is needed, not a string"},
		"JSON of a text":       {"!ToJsonString abc", "intrinsic-shape", "x.Fn::ToJsonString", "an object or a list"},
		"cidr, no block":       {"!Cidr [10.0.0.0, 1, 8]", "intrinsic-shape", "x.Fn::Cidr[0]", "no block of addresses"},
		"cidr, too many":       {"!Cidr [10.0.0.0/24, 2, 8]", "intrinsic-shape", "x.Fn::Cidr", "10.0.0.0/24 does not hold 2 blocks with 8 bits each"},
		"cidr, too large":      {"!Cidr [10.0.0.0/24, 1, 16]", "intrinsic-shape", "x.Fn::Cidr", "does not hold"},
		"cidr, too wide":       {"!Cidr [10.0.0.0/24, 1, 64]", "intrinsic-shape", "x.Fn::Cidr", "does not hold"},
		"cidr, count":          {"!Cidr [10.0.0.0/8, 257, 8]", "intrinsic-shape", "x.Fn::Cidr[1]", "no whole number from 1 to 256"},
		"cidr, two":            {"!Cidr [10.0.0.0/8, 1]", "unknown-value", "x.Fn::Cidr", "CloudFormation decides how large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := read(t, "x: "+test.yaml)
			got, problems := e.Evaluate(tree.Get("x"), cfn.NewPath("x"))
			require.Len(t, problems, 1)
			found := problems[0]
			assert.Equal(t, test.rule, found.Rule)
			assert.Equal(t, test.path, found.Path)
			assert.True(t, strings.HasPrefix(found.Message, test.path+": "), found.Message)
			assert.Contains(t, found.Message+" "+found.Advice, test.says)
			assert.Equal(t, problem.Error, found.Severity)
			assert.NotZero(t, found.Line)
			assert.NotNil(t, got, "what is unknown stays as it is")
		})
	}
}

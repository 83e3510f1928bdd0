package asl

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testScope has data as $ and a small context object, and half as every random number.
func testScope(t *testing.T, data string) *scope {
	t.Helper()
	input, err := decode([]byte(data))
	require.NoError(t, err)
	return &scope{
		input: input,
		context: func() *Object {
			return ObjectOf("Execution", ObjectOf("Name", "run-1"), "State", ObjectOf("RetryCount", json.Number("0")))
		},
		random: func() float64 { return 0.5 },
	}
}

func TestIntrinsicFunctions(t *testing.T) {
	t.Parallel()
	// Cases named "guide" and "specification" are the documentation's own examples.
	cases := map[string]struct{ call, data, want string }{
		"Format specification":           {`States.Format('Your name is {}, we are in the year {}', $.name, 2020)`, `{"name": "Foo"}`, `"Your name is Foo, we are in the year 2020"`},
		"Format guide":                   {`States.Format($.template, $.name)`, `{"name": "Arnav", "template": "Hello, my name is {}."}`, `"Hello, my name is Arnav."`},
		"Format quote":                   {`States.Format('Welcome to {} {}\'s playlist.', $.f, $.l)`, `{"f": "A", "l": "B"}`, `"Welcome to A B's playlist."`},
		"Format escaped braces":          {`States.Format('\{{}\} \{\} \\', 1)`, `{}`, `"{1} {} \\"`},
		"Format escaped braces of data":  {`States.Format($.t, 1)`, `{"t": "\\{\\} {} C:\\dir"}`, `"{} 1 C:\\dir"`},
		"Format lone braces":             {`States.Format('{"p": "{}"}', $.p)`, `{"p": "x"}`, `"{\"p\": \"x\"}"`},
		"Format value with braces":       {`States.Format('{}-{}', $.a, $.b)`, `{"a": "{}", "b": "x"}`, `"{}-x"`},
		"Format scalars":                 {`States.Format('{} {} {} {}', null, true, 1.50, 'é')`, `{}`, `"null true 1.50 é"`},
		"Format of an object":            {`States.Format('{} {}', $.o, $.l)`, `{"o": {"k": 1, "a": {}, "s": "x"}, "l": [1, "y", null]}`, `"{k=1, a={}, s=x} [1, y, null]"`},
		"StringToJson of nothing":        {`States.StringToJson($.t)`, `{"t": " \n"}`, `null`},
		"Format nothing":                 {`States.Format('plain')`, `{}`, `"plain"`},
		"Format empty":                   {`States.Format('')`, `{}`, `""`},
		"Format nested":                  {`States.Format('{}', States.Format('{}', 'x'))`, `{}`, `"x"`},
		"StringToJson specification":     {`States.StringToJson($.someString)`, `{"someString": "{\"number\": 20}"}`, `{"number":20}`},
		"StringToJson literal":           {`States.StringToJson('{"k": [1, 2]}')`, `{}`, `{"k":[1,2]}`},
		"JsonToString specification":     {`States.JsonToString($.someJson)`, `{"someJson": {"name": "Foo", "year": 2020}}`, `"{\"name\":\"Foo\",\"year\":2020}"`},
		"JsonToString keeps HTML":        {`States.JsonToString($)`, `{"a": "<&>"}`, `"{\"a\":\"<&>\"}"`},
		"Array specification":            {`States.Array('Foo', 2020, $.someJson, null)`, `{"someJson": {"random": "abcdefg"}}`, `["Foo",2020,{"random":"abcdefg"},null]`},
		"Array empty":                    {`States.Array()`, `{}`, `[]`},
		"Array spaces":                   {" States.Array"[1:] + "( -1.5e3 ,\ttrue , 'a,)' )", `{}`, `[-1.5e3,true,"a,)"]`},
		"ArrayPartition guide":           {`States.ArrayPartition($.inputArray,4)`, `{"inputArray": [1,2,3,4,5,6,7,8,9]}`, `[[1,2,3,4],[5,6,7,8],[9]]`},
		"ArrayPartition rounds":          {`States.ArrayPartition($.a, 1.5)`, `{"a": [1,2,3]}`, `[[1,2],[3]]`},
		"ArrayPartition empty":           {`States.ArrayPartition($.a, 2)`, `{"a": []}`, `[]`},
		"ArrayPartition big":             {`States.ArrayPartition($.a, 9000000000000000000)`, `{"a": [1]}`, `[[1]]`},
		"ArrayContains guide":            {`States.ArrayContains($.inputArray, $.lookingFor)`, `{"inputArray": [1,2,3,4,5,6,7,8,9], "lookingFor": 5}`, `true`},
		"ArrayContains by value":         {`States.ArrayContains($.a, $.b)`, `{"a": [{"x": [1.0]}], "b": {"x": [1]}}`, `true`},
		"ArrayContains not":              {`States.ArrayContains($.a, '1')`, `{"a": [1, null, {}]}`, `false`},
		"ArrayRange guide":               {`States.ArrayRange(1, 9, 2)`, `{}`, `[1,3,5,7,9]`},
		"ArrayRange down":                {`States.ArrayRange(3, 0, -2)`, `{}`, `[3,1]`},
		"ArrayRange nothing":             {`States.ArrayRange(3, 0, 2)`, `{}`, `[]`},
		"ArrayRange at the end":          {`States.ArrayRange(9223372036854775806, 9223372036854775807, 5)`, `{}`, `[9223372036854775806]`},
		"ArrayGetItem guide":             {`States.ArrayGetItem($.inputArray, $.index)`, `{"inputArray": [1,2,3,4,5,6,7,8,9], "index": 5}`, `6`},
		"ArrayLength guide":              {`States.ArrayLength($.inputArray)`, `{"inputArray": [1,2,3,4,5,6,7,8,9]}`, `9`},
		"ArrayLength of a filter":        {`States.ArrayLength($.a[?(@.x == ')')])`, `{"a": [{"x": ")"}, {"x": 1}]}`, `1`},
		"ArrayUnique guide":              {`States.ArrayUnique($.inputArray)`, `{"inputArray": [1,2,3,3,3,3,3,3,4]}`, `[1,2,3,4]`},
		"ArrayUnique by value":           {`States.ArrayUnique($.a)`, `{"a": [1, 1.0, "1", {"b": 1}, {"b": 1e0}]}`, `[1,"1",{"b":1}]`},
		"Base64Encode guide":             {`States.Base64Encode($.input)`, `{"input": "Data to encode"}`, `"RGF0YSB0byBlbmNvZGU="`},
		"Base64Decode guide":             {`States.Base64Decode($.base64)`, `{"base64": "RGF0YSB0byBlbmNvZGU="}`, `"Data to encode"`},
		"Base64Decode lines, no padding": {`States.Base64Decode($.b)`, `{"b": "RGF0\r\nYSB0byBlbmNvZGU"}`, `"Data to encode"`},
		"Hash guide":                     {`States.Hash($.Data, $.Algorithm)`, `{"Data": "input data", "Algorithm": "SHA-1"}`, `"aaff4a450a104cd177d28d18d74485e8cae074b7"`},
		"Hash MD5":                       {`States.Hash('', 'MD5')`, `{}`, `"d41d8cd98f00b204e9800998ecf8427e"`},
		"Hash SHA-256":                   {`States.Hash('', 'SHA-256')`, `{}`, `"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`},
		"Hash SHA-384":                   {`States.Hash('', 'SHA-384')`, `{}`, `"38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"`},
		"Hash SHA-512":                   {`States.Hash('', 'SHA-512')`, `{}`, `"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"`},
		"JsonMerge guide":                {`States.JsonMerge($.json1, $.json2, false)`, `{"json1": {"a": {"a1": 1, "a2": 2}, "b": 2}, "json2": {"a": {"a3": 1, "a4": 2}, "c": 3}}`, `{"a":{"a3":1,"a4":2},"b":2,"c":3}`},
		"MathRandom middle":              {`States.MathRandom(1, 11)`, `{}`, `6`},
		"MathRandom only one":            {`States.MathRandom(7, 8)`, `{}`, `7`},
		"MathRandom whole range":         {`States.MathRandom(-9223372036854775808, 9223372036854775807)`, `{}`, `0`},
		"MathAdd guide":                  {`States.MathAdd($.value1, $.step)`, `{"value1": 111, "step": -1}`, `110`},
		"MathAdd rounds":                 {`States.MathAdd(1.4, 2.5)`, `{}`, `4`},
		"MathAdd rounds halves up":       {`States.MathAdd(-0.5, -1.6)`, `{}`, `-2`},
		"StringSplit guide":              {`States.StringSplit($.inputString, $.splitter)`, `{"inputString": "1,2,3,4,5", "splitter": ","}`, `["1","2","3","4","5"]`},
		"StringSplit several":            {`States.StringSplit($.inputString, $.splitter)`, `{"inputString": "This.is+a,test=string", "splitter": ".+,="}`, `["This","is","a","test","string"]`},
		"StringSplit without delimiters": {`States.StringSplit('a b', '')`, `{}`, `["a b"]`},
		"context object":                 {`States.Format('{}/{}', $$.Execution.Name, $$['State'].RetryCount)`, `{}`, `"run-1/0"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := parseExpression(c.call)
			require.NoError(t, err)
			value, err := e.evaluate(testScope(t, c.data))
			require.NoError(t, err)
			text, err := encode(value)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(text))
		})
	}
}

func TestIntrinsicFailures(t *testing.T) {
	t.Parallel()
	long := `{"s": "` + strings.Repeat("é", 10_001) + `"}`
	cases := map[string]struct{ call, data, want string }{
		"missing path":          {`States.Format('{}', $.a)`, `{}`, `The JsonPath argument for the field '$.a' could not be found in the input`},
		"missing inside":        {`States.Array(States.ArrayLength($$.a))`, `{}`, `The JsonPath argument for the field '$$.a' could not be found in the input`},
		"too few values":        {`States.Format('{} {}', 1)`, `{}`, `the template has 2 places {} for 1 values`},
		"template no text":      {`States.Format(1)`, `{}`, `argument 1 must be a string, not a number`},
		"no JSON":               {`States.StringToJson('secret')`, `{}`, `argument 1 is not one JSON document`},
		"two JSON":              {`States.StringToJson('1 2')`, `{}`, `argument 1 is not one JSON document`},
		"no array":              {`States.ArrayLength('a')`, `{}`, `argument 1 must be a list, not a string`},
		"size 0":                {`States.ArrayPartition($.a, 0)`, `{"a": []}`, `argument 2, the size of the parts, must be 1 or more`},
		"step 0":                {`States.ArrayRange(1, 2, 0.4)`, `{}`, `argument 3, the step, must not be 0`},
		"long range":            {`States.ArrayRange(1, 1001, 1)`, `{}`, `the range has more than 1000 items`},
		"index":                 {`States.ArrayGetItem($.a, 1)`, `{"a": [0]}`, `argument 2, the index, is 1, but the array has 1 items`},
		"index before":          {`States.ArrayGetItem($.a, -1)`, `{"a": [0]}`, `argument 2, the index, is -1, but the array has 1 items`},
		"long text":             {`States.Base64Encode($.s)`, long, `argument 1 is longer than 10000 characters`},
		"no Base64":             {`States.Base64Decode('a!')`, `{}`, `argument 1 is not Base64`},
		"no text in it":         {`States.Base64Decode('/w==')`, `{}`, `argument 1 decodes to bytes that are not UTF-8 text`},
		"algorithm":             {`States.Hash('a', 'SHA1')`, `{}`, `argument 2 must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512`},
		"deep merge":            {`States.JsonMerge($, $, true)`, `{}`, `argument 3 must be false: only shallow merging is supported`},
		"merge no object":       {`States.JsonMerge($, 1, false)`, `{}`, `argument 2 must be an object, not a number`},
		"random of nothing":     {`States.MathRandom(2, 2)`, `{}`, `argument 1, the start, must be less than argument 2, the end`},
		"add text":              {`States.MathAdd(1, '1')`, `{}`, `argument 2 must be a number, not a string`},
		"add beyond the limit":  {`States.MathAdd(2147483648, 0)`, `{}`, `the arguments must lie between -2147483648 and 2147483647`},
		"number beyond integer": {`States.MathAdd(1e99, 0)`, `{}`, `argument 1 is beyond the range of 64-bit integers`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := parseExpression(c.call)
			require.NoError(t, err)
			_, err = e.evaluate(testScope(t, c.data))
			var failed *Error
			require.ErrorAs(t, err, &failed)
			name := IntrinsicFailure
			if strings.Contains(c.want, "could not be found") {
				name = Runtime // a path that names nothing is no failure of the function
			}
			assert.Equal(t, name, failed.Name)
			assert.Regexp(t, `^The function 'States\..*' had the following error: `+regexp.QuoteMeta(c.want)+`$`, failed.Cause)
		})
	}
}

func TestIntrinsicSyntax(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string {
		return strings.Repeat("States.Array(", depth) + strings.Repeat(")", depth)
	}
	_, err := parseExpression(nested(10))
	require.NoError(t, err)
	cases := map[string]struct{ call, want string }{
		"too deep":             {nested(11), `more than 10 nested calls`},
		"no arguments":         {`States.Array`, `"States.Array" lacks its (arguments)`},
		"space before":         {`States.Array ()`, `there is no function "States.Array "`},
		"open":                 {`States.Array(1`, `want , or ) before "" in the arguments of States.Array`},
		"open at once":         {`States.Array(`, `an argument or ) is missing at the end`},
		"comma at the end":     {`States.Array(1,)`, `want an argument before ")"`},
		"after the call":       {`States.Array() x`, `unexpected " x" after the call`},
		"open text":            {`States.Array('a)`, `the text 'a) lacks its closing '`},
		"wrong escape":         {`States.Array('a\n')`, `a backslash in 'a\n') must be followed by ', {, } or \`},
		"escape at the end":    {`States.Array('a\`, `a backslash in 'a\ must be followed by ', {, } or \`},
		"wrong word":           {`States.Array(True)`, `want an argument before "True)"`},
		"wrong number":         {`States.Array(01)`, `want an argument before "01)"`},
		"wrong path":           {`States.Array($.a[)`, `a bracket [ is not closed`},
		"path without a name":  {`States.Array($.)`, `argument "$.)": a name is missing after the dot`},
		"too many arguments":   {`States.UUID(1)`, `States.UUID takes 0 arguments, not 1`},
		"too few arguments":    {`States.Format()`, `States.Format takes 1 or more arguments, not 0`},
		"a range of arguments": {`States.MathRandom(1)`, `States.MathRandom takes 2 to 3 arguments, not 1`},
		"one argument":         {`States.ArrayLength()`, `States.ArrayLength takes 1 argument, not 0`},
		"no UTF-8":             {"States.Array('\xff')", `the text is not valid UTF-8`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseExpression(c.call)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestRandomFunctions(t *testing.T) {
	t.Parallel()
	evaluate := func(call string) any {
		e, err := parseExpression(call)
		require.NoError(t, err)
		value, err := e.evaluate(testScope(t, `{}`))
		require.NoError(t, err)
		return value
	}
	assert.Equal(t, evaluate(`States.MathRandom(0, 1000000, 42)`), evaluate(`States.MathRandom(0, 1000000, 42)`))
	assert.NotEqual(t, evaluate(`States.MathRandom(0, 1000000, 42)`), evaluate(`States.MathRandom(0, 1000000, 43)`))
	assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, evaluate(`States.UUID()`))
	assert.NotEqual(t, evaluate(`States.UUID()`), evaluate(`States.UUID()`))
}

func FuzzExpression(f *testing.F) {
	f.Add(`States.Format('{} \{\} \'', $.a, States.MathAdd(1, -2.5))`, `{"a": 1}`)
	f.Add(`States.ArrayPartition($.a[?(@.x>=1 && (@.y || !@.z))], 2)`, `{"a": [{"x": 1, "y": 2}]}`)
	f.Add(`States.ArrayRange($.a, 1e3, -1)`, `{"a": 5}`)
	f.Add(`States.MathRandom(-9223372036854775808, 9223372036854775807, 1)`, `{}`)
	f.Add(`States.JsonMerge($, States.StringToJson($.s), false)`, `{"s": "{\"a\": [1, {}]}"}`)
	f.Add(`$..['a', 1][-1:0:-1]`, `[[1, {"a": [3]}]]`)
	f.Add(`$['a\'b'].c\.d[?@.e == $.f]`, `{"a'b": {"c.d": [{"e": 1}]}, "f": 1.0}`)
	f.Fuzz(func(t *testing.T, text, data string) {
		e, err := parseExpression(text)
		if err != nil {
			require.Nil(t, e)
			return
		}
		input, err := decode([]byte(data))
		if err != nil || len(data) > 2000 {
			return
		}
		before, err := encode(input)
		require.NoError(t, err)
		value, err := e.evaluate(&scope{input: input, context: func() *Object { return ObjectOf("a", input) }, random: func() float64 { return 0.999 }})
		if err == nil {
			_, err = encode(value)
			require.NoError(t, err)
		}
		after, err := encode(input)
		require.NoError(t, err)
		require.Equal(t, string(before), string(after), "evaluation changed the shared input")
	})
}

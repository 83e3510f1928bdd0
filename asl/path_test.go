package asl

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	const data = `{"foo": 123, "bar": ["a", "b", "c"], "car": {"cdr": true}, "null": null, "my-key": 1, "1st": 2, "a.b": 3, "é": 4, "x'y\\z": 5,
		"n": 12345678901234567890, "l": [{"k": 1, "v": "z"}, {"k": 2, "v": "y"}, {"v": "x"}], "o": {"c": {"k": 3}, "a": {"k": 4}, "b": 5}, "&#": 6, "t\\\"\"n\"": 7, "empty": []}`
	cases := map[string]struct{ path, want string }{
		"specification, scalar":          {`$.foo`, `123`},
		"specification, array":           {`$.bar`, `["a","b","c"]`},
		"specification, nested":          {`$.car.cdr`, `true`},
		"brackets":                       {`$['car']["cdr"]`, `true`},
		"index":                          {`$.bar[1]`, `"b"`},
		"index from the end":             {`$.bar[-1]`, `"c"`},
		"null is a value":                {`$.null`, `null`},
		"big number":                     {`$.n`, `12345678901234567890`},
		"dash":                           {`$.my-key`, `1`},
		"digit first":                    {`$.1st`, `2`},
		"dot escaped":                    {`$.a\.b`, `3`},
		"letter escaped":                 {`$.\fo\o`, `123`},
		"unicode":                        {`$.é`, `4`},
		"signs":                          {`$.&#`, `6`},
		"quote and backslash":            {`$.x'y\\z`, `5`},
		"backslash before another quote": {`$['t\""n"']`, `7`},
		"quote and backslash in a quote": {`$['x\'y\\z']`, `5`},
		"slice is a list":                {`$.bar[-2:]`, `["b","c"]`},
		"slice of one is a list":         {`$.bar[0:1]`, `["a"]`},
		"indexes keep their order":       {`$.bar[2,0]`, `["c","a"]`},
		"step of a slice has no effect":  {`$.bar[0:3:2]`, `["a","b","c"]`},
		"wildcard":                       {`$.l[*].k`, `[1,2]`},
		"wildcard of an object":          {`$.o.*`, `[{"k":3},{"k":4},5]`},
		"filter":                         {`$.l[?(@.k>1)].v`, `["y"]`},
		"filter without a match":         {`$.l[?(@.k==9)]`, `[]`},
		"filter asks an object itself":   {`$.o.c[?(@.k)]`, `[{"k":3}]`},
		"descendants":                    {`$..k`, `[1,2,3,4]`},
		"descendant in brackets":         {`$..['k']`, `[1,2,3,4]`},
		"descendant with a dash":         {`$..my-key`, `[1]`},
		"wildcard of nothing":            {`$.empty[*]`, `[]`},
		"wildcard of a scalar":           {`$.foo[*]`, `[]`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := parsePath(c.path)
			require.NoError(t, err)
			value, err := p.find(testScope(t, data))
			require.NoError(t, err)
			text, err := encode(value)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(text))
		})
	}
}

func TestPathsThatFindNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`$.a`, `$.l[3]`, `$.l[-4]`, `$.s.x`, `$.s[0]`, `$.s['a','b']`, `$none`, `$$.Task.Token`} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			p, err := parsePath(text)
			require.NoError(t, err)
			_, err = p.find(testScope(t, `{"l": [1, 2, 3], "s": "text"}`))
			var missing *missingError
			require.True(t, errors.As(err, &missing), "got %v", err)
			assert.Contains(t, missing.Error(), text)
		})
	}
}

// What can select several values selects none then, whatever stands in its way.
func TestIndefinitePathsThatFindNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`$.a[*]`, `$.a..b`, `$.s[0:1]`, `$.s[0,1]`, `$.a.b[?(@.c)].d`, `$.l[7,8]`, `$.l[5:]`, `$.s.*`, `$.l[*].x`} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			p, err := parsePath(text)
			require.NoError(t, err)
			value, err := p.find(testScope(t, `{"l": [1, 2, 3], "s": "text"}`))
			require.NoError(t, err)
			assert.Equal(t, []any{}, value)
		})
	}
}

// What the operators of filters compare, as Jayway does.
func TestFilters(t *testing.T) {
	t.Parallel()
	const data = `{"l": [{"i": 1, "n": "Ab", "t": ["x"], "b": true}, {"i": 2, "n": "z", "t": [], "z": null}, {"i": 10, "n": "", "s": "2"}], "k": 2}`
	for condition, want := range map[string]string{
		`@.i == 2`: `[2]`, `@.i == '2'`: `[2]`, `@.s == 2`: `[10]`, `@.i === '2'`: `[]`, `@.i != 2`: `[1,10]`, `@.i !== '2'`: `[1,2,10]`,
		`@.i > 1 && @.i < 10`: `[2]`, `@.i <= 1 || @.i >= 10`: `[1,10]`, `!(@.i == 1)`: `[2,10]`, `!@.t`: `[10]`, `@.t`: `[1,2]`, `@.z`: `[2]`,
		`@.n =~ /a.*/i`: `[1]`, `@.n =~ /A/`: `[]`, `@.n in ['z', "Ab"]`: `[1,2]`, `@.i nin [1, 2]`: `[10]`, `@.t contains 'x'`: `[1]`, `@.n contains 'A'`: `[1]`,
		`@.t size 1`: `[1]`, `@.t empty true`: `[2]`, `@.n empty true`: `[10]`, `@.t anyof ['x', 'y']`: `[1]`, `@.t noneof ['x']`: `[2]`,
		`@.t subsetof ['x', 'y']`: `[1,2]`, `@.t all ['x']`: `[1]`, `@.i == $.k`: `[2]`, `@.b == true`: `[1]`, `@.z == null`: `[2]`, `@.n == z`: `[2]`,
		`@.t.length() == 1`: `[1]`, `@['i'] == 1`: `[1]`, `@.t[0] == 'x'`: `[1]`, `@.gone == 1`: `[]`, `@.n > 'A'`: `[1,2]`, `@.n > 1`: `[]`,
	} {
		p, err := parsePath(`$.l[?(` + condition + `)].i`)
		if !assert.NoError(t, err, condition) {
			continue
		}
		value, err := p.find(testScope(t, data))
		require.NoError(t, err, condition)
		text, err := encode(value)
		require.NoError(t, err)
		assert.Equal(t, want, string(text), condition)
	}
}

func TestPathSyntax(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                                      `is not a path`,
		`a.b`:                                   `is not a path`,
		`$.[`:                                   `a bracket [ is not closed`,
		`$[]`:                                   `the brackets [] are empty`,
		`$.a[:]`:                                `a slice needs its start or its end`,
		`$.a[::2]`:                              `a slice needs its start or its end`,
		`$.a[?@.b]`:                             `a condition in parentheses`,
		`$.a[?(@.b == )]`:                       `want an operand`,
		`$.a[?(@.b =~ /(/)]`:                    `the expression /(/ is not valid`,
		`$['a',]`:                               `a name in quotes is missing`,
		`$.`:                                    `a name is missing after the dot`,
		`$..`:                                   `a name is missing after the dot`,
		`$.a b`:                                 `a blank after "a"; write a name with blanks as ['the name']`,
		`$.a[`:                                  `a bracket [ is not closed`,
		`$.a['b]`:                               `has no closing quote`,
		`$.a[b]`:                                `[b]: want a number, a slice such as 1:3, a 'name' in quotes, * or ?(a filter)`,
		`$.a.size()`:                            `functions such as size() cannot be used in a path; use an intrinsic function such as States.ArrayLength`,
		"$.\xff":                                `not valid UTF-8`,
		`$.` + strings.Repeat("a", 5000):        `longer than 4096 bytes`,
		`$[?` + strings.Repeat("(", 4000) + `]`: `path "$[?`,
	} {
		_, err := parsePath(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestPathBoundsWhatItSelects(t *testing.T) {
	t.Parallel()
	p, err := parsePath(`$..*..*..*`)
	require.NoError(t, err)
	data := strings.Repeat(`[`, 1000) + strings.Repeat(`]`, 1000)
	_, err = p.find(testScope(t, data))
	assert.Equal(t, failure(DataLimitExceeded, `path "$..*..*..*" selects more than 1000000 values`), err)
}

func TestResultPaths(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ path, input, want, failure string }{
		"specification, overwrite": {path: `$.master.detail`, input: `{"master": {"detail": [1, 2, 3]}}`, want: `{"master":{"detail":6}}`},
		"specification, create":    {path: `$.master.result.sum`, input: `{"master": {"detail": [1, 2, 3]}}`, want: `{"master":{"detail":[1,2,3],"result":{"sum":6}}}`},
		"whole":                    {path: `$`, input: `[1]`, want: `6`},
		"dash":                     {path: `$.error-info`, input: `{}`, want: `{"error-info":6}`},
		"element":                  {path: `$.a[1].b`, input: `{"a": [1, {"c": 2}]}`, want: `{"a":[1,{"c":2,"b":6}]}`},
		"root element":             {path: `$[0]`, input: `[1, 2]`, want: `[6,2]`},
		"no element":               {path: `$.a[2]`, input: `{"a": [1, 2]}`, failure: `the array has 2 elements, so there is no element 2`},
		"no array":                 {path: `$.a[0]`, input: `{}`, failure: `there is no array "a" to put an element into`},
		"specification, text":      {path: `$.x`, input: `"foo"`, failure: `field "x" belongs into an object, but there is a string`},
		"scalar on the way":        {path: `$.a.b`, input: `{"a": 1}`, failure: `field "b" belongs into an object, but there is a number`},
		"null on the way":          {path: `$.a.b`, input: `{"a": null}`, failure: `field "b" belongs into an object, but there is null`},
		"element of an object":     {path: `$.a[0]`, input: `{"a": {}}`, failure: `element 0 belongs into an array, but there is an object`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, err := parseTarget(c.path)
			require.NoError(t, err)
			input := testScope(t, c.input).input
			before, err := encode(input)
			require.NoError(t, err)
			value, err := target.set(input, json.Number("6"))
			if c.failure != "" {
				assert.Equal(t, failure(ResultPathMatchFailure, "Unable to apply ResultPath %q to the state's input: %s", c.path, c.failure), err)
			} else {
				require.NoError(t, err)
				text, err := encode(value)
				require.NoError(t, err)
				assert.Equal(t, c.want, string(text))
			}
			after, err := encode(input)
			require.NoError(t, err)
			assert.Equal(t, string(before), string(after), "the shared input was changed")
		})
	}
}

func FuzzResultPath(f *testing.F) {
	f.Add(`$.a[1]['b c'].d-e`, `{"a": [0, {"b c": {}}]}`)
	f.Add(`$[0][0]`, `[[1]]`)
	f.Add(`$.a.b`, `{"a": null}`)
	f.Fuzz(func(t *testing.T, path, data string) {
		to, err := parseTarget(path)
		if err != nil {
			return
		}
		input, err := decode([]byte(data))
		if err != nil {
			return
		}
		changed, err := to.set(input, "mark")
		if err != nil {
			return
		}
		from, err := parsePath(path)
		require.NoError(t, err)
		value, err := from.find(&scope{input: changed})
		require.NoError(t, err)
		require.Equal(t, "mark", value)
	})
}

// Searches in filters of searches multiply; one bound holds for all of them.
func TestPathsAreBounded(t *testing.T) {
	t.Parallel()
	data := strings.Repeat(`{"a": [1, {"b": 2}, `, 60) + "0" + strings.Repeat(`]}`, 60)
	p, err := parsePath(`$..[?(@..[?(@..[?(@..[?(@..b > 5)])])])]`)
	require.NoError(t, err)
	_, err = p.find(testScope(t, data))
	var failed *Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, DataLimitExceeded, failed.Name)
}

// A path that is accepted finds something or nothing, in bounded time, and never changes what it looks into.
func FuzzPaths(f *testing.F) {
	for _, text := range []string{`$.a.b[0]`, `$..x[?(@.y =~ /a.*/i && !(@.z in ['b', 1]))]`, `$['a','b'][1:-1].*`, `$$.Execution.Input['x\'y']`, `$v.l[?(@.length() > $.n)]`, `$.[?(@.a == {'b': [1]})]`} {
		f.Add(text, `{"a": {"b": [1, "x"]}, "x": [{"y": "ab", "z": null}], "n": 1e9}`)
	}
	f.Fuzz(func(t *testing.T, text, data string) {
		input, err := decode([]byte(data))
		p, bad := parsePath(text)
		if err != nil || bad != nil || len(data) > 2000 {
			return
		}
		before, _ := encode(input)
		value, err := p.find(&scope{input: input, context: func() *Object { return ObjectOf("a", input) }, variables: variables{"v": input}})
		if err == nil {
			_, err = encode(value)
			require.NoError(t, err)
		}
		if target, err := parseTarget(text); err == nil {
			_, _ = target.set(input, "value")
		}
		after, _ := encode(input)
		require.Equal(t, string(before), string(after), "the input must not change")
	})
}

package jsonata_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl/jsonata"
)

func compile(t testing.TB, expression string) *jsonata.Expression {
	t.Helper()
	compiled, err := jsonata.Compile(expression)
	require.NoError(t, err, expression)
	return compiled
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]struct {
		text     string
		position int
		token    string
		value    any
	}{
		`1 +`:                 {`S0207: Unexpected end of expression`, 3, "(end)", nil},
		`a b`:                 {`S0201: Syntax error: "b"`, 2, "b", nil},
		`(1 + 2`:              {`S0203: Expected ")" before end of expression`, 6, "(end)", ")"},
		`é & "open`:           {`S0101: String literal must be terminated by a matching quote`, 4, `"`, nil},
		`x := 1`:              {`S0212: The left side of := must be a variable name (start with $)`, 0, "x", nil},
		`/(/`:                 {`S0302: No terminating / in regular expression`, 0, "/", nil},
		`$match("a", /*/)`:    {`S0106: Comment has no closing tag`, 12, "/*", nil},
		`$match("a", /a**/)`:  {`S0303: invalid regular expression /a**/: nothing to repeat`, 12, "/", nil},
		`"1" + 2`:             {`T2001: The left side of the "+" operator must evaluate to a number`, 4, "+", "1"},
		`1 < "a"`:             {`T2009: The values 1 and "a" either side of operator "<" must be of the same data type`, 2, "<", 1.0},
		`$each("x", $string)`: {`T0410: Argument 1 of function "each" does not match function signature`, 5, "each", "x"},
		`$sum(["a"])`:         {`T0412: Argument 1 of function "sum" must be an array of "numbers"`, 4, "sum", []any{"a"}},
		`$sqrt(-1)`:           {`D3060: The sqrt function cannot be applied to a negative number: -1`, 5, "sqrt", -1.0},
		`$split("a", "b", -1)`: {
			`D3020: Third argument of split function must evaluate to a positive number`, 6, "split", -1.0,
		},
		`$number("x")`:                  {`D3030: Unable to cast value to a number: "x"`, 7, "number", "x"},
		`$single([1, 2])`:               {`D3138: The $single() function expected exactly 1 matching result.  Instead it matched more.`, 7, "single", nil},
		`$error("Out of {{x}}")`:        {`D3137: Out of {{x}}`, 6, "error", nil},
		`$randomSeeded(1)`:              {`T1006: Attempted to invoke a non-function`, 13, "randomSeeded", nil},
		`count(1)`:                      {`T1005: Attempted to invoke a non-function. Did you mean $count?`, 5, "count", nil},
		`$decodeUrl("%E0%A4%A")`:        {`D3140: Malformed URL passed to $decodeUrl(): "%E0%A4%A"`, 10, "decodeUrl", "%E0%A4%A"},
		`$power(2, 10000)`:              {`D3061: The power function has resulted in a value that cannot be represented as a JSON number: base=2, exponent=10000`, 6, "power", 2.0},
		`$partition([1], -1)`:           {`D3137: Second argument must be zero or greater`, 10, "partition", nil},
		`{"a": 1, "a": 2}`:              {`D1009: Multiple key definitions evaluate to same key: "a"`, 0, "{", "a"},
		`orders^(items)`:                {`T2008: The expressions within an order-by clause must evaluate to numeric or string values`, 6, "^", nil},
		`|a|b|`:                         {`U1003: the result is a function, which has no JSON value`, -1, "", nil},
		`{} ~> |$|{"a":1}, {}|`:         {`T2012: The delete clause of the transform expression must evaluate to a string or array of strings: {}`, 18, "|", jsonata.NewObject(0)},
		`(λ($x){$x.missing + {}}("a"))`: {`T2002: The right side of the "+" operator must evaluate to a number`, 18, "+", jsonata.NewObject(0)},
	} {
		compiled, err := jsonata.Compile(expression)
		if err == nil {
			_, _, err = compiled.Evaluate(t.Context(), readInput(t), nil)
		}
		var fault *jsonata.Error
		if !assert.ErrorAs(t, err, &fault, expression) {
			continue
		}
		assert.Equal(t, want.text, err.Error(), expression)
		assert.Equal(t, want.position, fault.Position, expression)
		assert.Equal(t, want.token, fault.Token, expression)
		if want.value != nil {
			assert.EqualValues(t, want.value, fault.Value, expression)
		}
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string][]string{
		`$states.input.a & $x`:  {"states", "x"},
		`$ & $$`:                nil,
		`$string(1) & $nope(2)`: {"nope"},
		`($a := $b; $a)`:        {"b"},
		`($a; $a := 1)`:         {"a"},
		`(($a := 1); $a)`:       {"a"},
		`function($a){$a + $b}`: {"b"},
		`($f := function($n){$n = 0 ? 0 : $f($n - 1)}; $f(1))`: nil,
		`items@$i.stock[sku = $i.sku and $j]`:                  {"j"},
		`items#$i[$i = $k].($i)`:                               {"k"},
		`items@$i{$i: $l}`:                                     {"l"},
		`items^($m, >$n)`:                                      {"m", "n"},
		`$sum`:                                                 nil,
		`($sum := 1; $sum)`:                                    nil,
		`$eval("1")`:                                           {"eval"},
		`|$a|$b, $c|`:                                          {"a", "b", "c"},
		`$d ~> $e(?, $f)`:                                      {"d", "e", "f"},
		`[$g, {$h: -$i}] ? $j[$k]`:                             {"g", "h", "i", "j", "k"},
	} {
		assert.Equal(t, want, compile(t, expression).Variables(), expression)
	}
}

func TestVariablesGiven(t *testing.T) {
	t.Parallel()
	states := &jsonata.Object{}
	states.Set("input", []any{1.0, 2.0})
	variables := map[string]any{"states": states, "s": "text", "n": nil, "sum": 5.0}
	for expression, want := range map[string]string{
		`$states.input`:         `[1,2]`,
		`$states.input[0] & $s`: `"1text"`,
		`$n`:                    `null`,
		`$sum + 1`:              `6`, // a variable hides the function
		`($s := 1; $s)`:         `1`,
		`$exists($gone)`:        `false`,
	} {
		value, defined, err := compile(t, expression).Evaluate(t.Context(), jsonata.Undefined{}, variables)
		require.NoError(t, err, expression)
		require.True(t, defined, expression)
		got, err := jsonata.Encode(value)
		require.NoError(t, err)
		assert.Equal(t, want, string(got), expression)
	}
	assert.Equal(t, "text", variables["s"], "an assignment does not reach the caller")
}

// TestBounded: whatever an expression does, its evaluation ends with an error.
func TestBounded(t *testing.T) {
	t.Parallel()
	input := readInput(t)
	for name, expression := range endless() {
		const part = 20 // quickly enough for the race detector; BenchmarkBounded has the whole
		_, _, err := compile(t, expression).EvaluateShortly(t.Context(), input, part)
		var fault *jsonata.Error
		if assert.ErrorAs(t, err, &fault, name) {
			assert.Equal(t, "U1001", fault.Code, "%s: %v", name, fault)
		}
	}
}

// TestDepth: evaluations nest as deeply as the language's own suite asks for, and no deeper.
func TestDepth(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string { return strings.Repeat("[", depth-1) + "1" + strings.Repeat("]", depth-1) }
	_, _, err := compile(t, nested(302)).Evaluate(t.Context(), nil, nil)
	require.NoError(t, err)
	_, _, err = compile(t, nested(303)).Evaluate(t.Context(), nil, nil)
	var fault *jsonata.Error
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, "U1001", fault.Code)
}

// TestMessagesBounded: an error that shows a value shows its beginning, whatever it holds.
func TestMessagesBounded(t *testing.T) {
	t.Parallel()
	const objects = `($f := function($x, $n){$n = 0 ? $x : $f({"a": $x, "b": $x}, $n - 1)}; $x := $f(1, 60); `
	for use, want := range map[string]string{
		`-$x`: "D1002", `{$x: 1}`: "T1003", `$error($x)`: "T0410", `$uppercase($x)`: "T0410", `[1, 2]^($x)`: "T2008", `$number([$x, 1 / 0])`: "T0410",
	} {
		_, _, err := compile(t, objects+use+")").Evaluate(t.Context(), nil, nil)
		var fault *jsonata.Error
		if assert.ErrorAs(t, err, &fault, use) {
			assert.Equal(t, want, fault.Code, use)
			assert.Less(t, len(fault.Message), 1_200, use)
		}
	}
}

func TestCompileBounded(t *testing.T) {
	t.Parallel()
	const times = 50_000
	for name, source := range map[string]string{
		"brackets":  strings.Repeat("(", times),
		"arrays":    strings.Repeat("[", times) + strings.Repeat("]", times),
		"objects":   strings.Repeat(`{"a":`, times),
		"signs":     strings.Repeat("-", times) + "1",
		"sums":      "1" + strings.Repeat("+1", times),
		"chains":    "$a" + strings.Repeat("~>$a", times),
		"calls":     "$f" + strings.Repeat("()", times),
		"filters":   "a" + strings.Repeat("[0", times),
		"questions": strings.Repeat("1?", times) + "1",
		"lambdas":   strings.Repeat("function(){", times),
		"groups":    "$match(a,/" + strings.Repeat("(", times) + strings.Repeat(")", times) + "/)",
		"parents":   "a" + strings.Repeat(".%", times),
	} {
		_, err := jsonata.Compile(source)
		assert.Error(t, err, name)
	}
	// What is long without being deep is fine.
	for name, source := range map[string]string{
		"steps":  "a" + strings.Repeat(".a", 2500),
		"items":  "[1" + strings.Repeat(",1", times) + "]",
		"blocks": "(1" + strings.Repeat(";1", times) + ")",
	} {
		value, _, err := compile(t, source).Evaluate(t.Context(), nil, nil)
		assert.NoError(t, err, name)
		_ = value
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	const loop = `($f := function($n){$n = 0 ? 0 : $f($n - 1)}; $f(100000000))`
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(nil)
	_, _, err := compile(t, loop).Evaluate(ctx, nil, nil)
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = compile(t, `$contains("`+strings.Repeat("a", 5000)+`b", /(a+)+$/)`).Evaluate(ctx, nil, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// TestClock: one evaluation has one time, that of its start.
func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		value, _, err := compile(t, `$now() & " " & $millis()`).Evaluate(t.Context(), nil, nil)
		require.NoError(t, err)
		assert.Equal(t, "2000-01-01T00:00:00.000Z 946684800000", value)
	})
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	compiled := compile(t, `$uppercase(orders.items^(>price)[0].sku) & $string($sort(stock, function($a, $b){$a.left > $b.left}).left) & $replace("abab", /b/, "x")`)
	input := readInput(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				value, _, err := compiled.Evaluate(t.Context(), input, nil)
				assert.NoError(t, err)
				assert.Equal(t, "DESK[0,3,7]axax", value)
			}
		})
	}
	group.Wait()
}

// TestForeignValues: a Go value that is no JSON value makes an error and not a panic.
func TestForeignValues(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{`$`, `$[0]`, `$.a`, `$ = $`, `$ in [$]`, `[$]`, `{"a": $}`, `$string($)`, `$type($)`, `$distinct([$, $])`, `$ + 1`, `$sort([$, $])`, `$count($)`, `$boolean($)`, `$ < 1`, `$keys($)`, `**`, `*`} {
		for _, value := range []any{7, map[string]any{"a": 1}, []string{"a"}, struct{}{}, json.Number("1"), []any{map[string]int{}}, func() {}} {
			assert.NotPanics(t, func() {
				_, _, err := compile(t, expression).Evaluate(t.Context(), value, nil)
				var fault *jsonata.Error
				assert.True(t, err == nil || errors.As(err, &fault), "%s: %v", expression, err)
			}, expression)
		}
	}
	_, _, err := compile(t, `$`).Evaluate(t.Context(), map[string]any{}, nil)
	assert.ErrorContains(t, err, "map[string]interface {}")
}

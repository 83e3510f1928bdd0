package jsonata_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl/jsonata"
)

// tableCase is one line of a table in testdata: an expression and what it gives for
// testdata/input.json, as JSON, "undefined" or "ERR" with a code.
type tableCase struct{ expression, want string }

// readTable reads the cases of a table.
func readTable(t testing.TB, name string) []tableCase {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	require.NoError(t, err)
	var cases []tableCase
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		expression, want, ok := strings.Cut(line, "  =>  ")
		require.True(t, ok, "%s: no result: %s", name, line)
		cases = append(cases, tableCase{expression, want})
	}
	return cases
}

// referenceTables are those whose results are the reference's; it is asked for them
// in TestReference.
func referenceTables() []string { return []string{"paths", "operators", "functions", "dates"} }

func readInput(t testing.TB) any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "input.json"))
	require.NoError(t, err)
	input, err := jsonata.Decode(data)
	require.NoError(t, err)
	return input
}

// result evaluates an expression to what a table says of it.
func result(ctx context.Context, expression string, input any) string {
	code := func(err error) string {
		var fault *jsonata.Error
		if !errors.As(err, &fault) {
			return "ERR without a code: " + err.Error()
		}
		return "ERR " + fault.Code
	}
	compiled, err := jsonata.Compile(expression)
	if err != nil {
		return code(err)
	}
	value, defined, err := compiled.Evaluate(ctx, input, nil)
	switch {
	case err != nil:
		return code(err)
	case !defined:
		return "undefined"
	}
	out, err := jsonata.Encode(value)
	if err != nil {
		return "ERR of Encode: " + err.Error()
	}
	return string(out)
}

func TestTables(t *testing.T) {
	t.Parallel()
	input := readInput(t)
	before, err := jsonata.Encode(input)
	require.NoError(t, err)
	for _, name := range append(referenceTables(), "states") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range readTable(t, name) {
				got := result(t.Context(), c.expression, input)
				if strings.HasPrefix(c.want, "{") || strings.HasPrefix(c.want, "[") {
					assert.JSONEq(t, c.want, got, c.expression)
					continue
				}
				assert.Equal(t, c.want, got, c.expression)
			}
		})
	}
	t.Cleanup(func() {
		after, err := jsonata.Encode(input)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after), "evaluation does not change its input")
	})
}

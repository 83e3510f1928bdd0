package jsonata_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl/jsonata"
)

// referenceVersion is the version of the language that Step Functions has.
const referenceVersion = "2.0.6"

// TestReference asks the reference implementation for what the tables say, and for
// expressions that a generator makes.
func TestReference(t *testing.T) {
	t.Parallel()
	var expressions, wanted []string
	for _, name := range referenceTables() {
		for _, c := range readTable(t, name) {
			expressions, wanted = append(expressions, c.expression), append(wanted, c.want)
		}
	}
	tables := len(expressions)
	const generated = 2000
	g := newGenerator(1)
	for range generated {
		expressions = append(expressions, g.expression(3))
	}
	answers := askReference(t, expressions)
	input := readInput(t)
	compared := 0
	for i, expression := range expressions {
		got := ""
		if i < tables {
			got = wanted[i]
		} else {
			got = evaluateBriefly(t, expression, input)
		}
		if answers[i] == "ERR" {
			continue // an exception of JavaScript, which says nothing of the language
		}
		compared++
		if i >= tables && strings.HasPrefix(got, "ERR") && strings.HasPrefix(answers[i], "ERR") {
			continue // of two faults, the reference finds either first
		}
		if !sameResult(answers[i], got) {
			t.Errorf("%s\nreference: %s\n      got: %s", expression, answers[i], got)
		}
	}
	assert.Greater(t, compared, tables+generated*9/10, "most expressions can be compared")
}

func evaluateBriefly(t *testing.T, expression string, input any) string {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return result(ctx, expression, input)
}

// sameResult compares without regard to the order of keys, and numbers as float64.
func sameResult(want, got string) bool {
	if want == got {
		return true
	}
	var left, right any
	if json.Unmarshal([]byte(want), &left) != nil || json.Unmarshal([]byte(got), &right) != nil {
		return false
	}
	return assert.ObjectsAreEqual(left, right)
}

// askReference evaluates expressions with the npm package that make tools installs.
func askReference(t *testing.T, expressions []string) []string {
	t.Helper()
	module, err := filepath.Abs(filepath.Join("..", "..", ".tools", "node", "node_modules", "jsonata"))
	require.NoError(t, err)
	var installed struct{ Version string }
	data, err := os.ReadFile(filepath.Join(module, "package.json"))
	if err == nil {
		require.NoError(t, json.Unmarshal(data, &installed))
	}
	if installed.Version != referenceVersion {
		t.Skipf("version %s of the reference is not installed: run make tools", referenceVersion)
	}
	node, err := exec.LookPath("node")
	require.NoError(t, err)
	input, err := os.ReadFile(filepath.Join("testdata", "input.json"))
	require.NoError(t, err)
	question, err := json.Marshal(map[string]any{"module": module, "input": json.RawMessage(input), "expressions": expressions})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, node, filepath.Join("testdata", "reference.js"))
	command.Stdin = bytes.NewReader(question)
	command.Stderr = os.Stderr
	output, err := command.Output()
	require.NoError(t, err)
	var answers []string
	require.NoError(t, json.Unmarshal(output, &answers))
	require.Len(t, answers, len(expressions))
	return answers
}

// TestGenerator: what the generator makes is mostly of the language.
func TestGenerator(t *testing.T) {
	t.Parallel()
	g := newGenerator(2)
	valid := 0
	for range 1000 {
		if _, err := jsonata.Compile(g.expression(3)); err == nil {
			valid++
		}
	}
	assert.Greater(t, valid, 900)
}

package jsonata_test

import (
	"errors"
	"testing"

	"github.com/attini-go/runner/asl/jsonata"
)

func addSeeds(f *testing.F) {
	f.Helper()
	for _, name := range append(referenceTables(), "states") {
		for _, c := range readTable(f, name) {
			f.Add(c.expression)
		}
	}
	g := newGenerator(3)
	for range 200 {
		f.Add(g.expression(3))
	}
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var fault *jsonata.Error
	if !errors.As(err, &fault) {
		t.Fatalf("an error without a code: %v", err)
	}
	if fault.Code == "" || fault.Message == "" {
		t.Fatalf("an error without a code or a message: %#v", fault)
	}
}

func FuzzCompile(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, source string) {
		compiled, err := jsonata.Compile(source)
		if err != nil {
			checkError(t, err)
			return
		}
		compiled.Variables()
	})
}

func FuzzEvaluate(f *testing.F) {
	addSeeds(f)
	input := readInput(f)
	f.Fuzz(func(t *testing.T, source string) {
		compiled, err := jsonata.Compile(source)
		if err != nil {
			return
		}
		// What it may take is counted, not timed: the whole of the limits is half a second.
		const part = 20
		value, defined, err := compiled.EvaluateShortly(t.Context(), input, part)
		if err != nil {
			checkError(t, err)
			return
		}
		out, err := jsonata.Encode(value)
		if err != nil {
			t.Fatalf("the result cannot be encoded: %v", err)
		}
		if _, err := jsonata.Decode(out); err != nil && defined {
			t.Fatalf("the result is no JSON: %v: %.200s", err, out)
		}
	})
}

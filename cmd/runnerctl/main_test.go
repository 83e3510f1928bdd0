package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary be runnerctl itself, so that scripts run the
// real main in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"runnerctl": main})
}

// TestSessions runs every session under testdata/script.
func TestSessions(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Abs("../../examples")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			env.Setenv("PATH", os.Getenv("PATH"))
			env.Setenv("XDG_STATE_HOME", env.Getenv("WORK")+"/.state")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"nothing-runs": nothingRuns,
			"await":        await,
			"timeless":     timeless,
		},
		RequireUniqueNames: true,
	})
}

// timeless compares what a command printed with the start of a file's text, whatever
// the times in it.
func timeless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: timeless stdout|stderr FILE")
	}
	got := regexp.MustCompile(`after [0-9.]+m?s`).ReplaceAllString(ts.ReadFile(args[0]), "after TIME")
	if want := ts.ReadFile(args[1]); !strings.HasPrefix(got, want) {
		ts.Fatalf("%s is not as in %s:\n%s", args[0], args[1], got)
	}
}

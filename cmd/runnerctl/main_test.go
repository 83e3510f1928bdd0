package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary be runnerctl itself, so that scripts run the
// real main in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"runnerctl": main})
}

// TestScripts runs every session under testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Abs("../../examples")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			env.Setenv("PATH", os.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"nothing-runs": nothingRuns,
			"await":        await,
		},
		RequireUniqueNames: true,
	})
}

package rundir_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/rundir"
	"github.com/attini-go/runner/internal/runevents"
)

// record keeps a run whose last step fails.
func record(t *testing.T, runs, id string, finish bool) {
	t.Helper()
	w, err := rundir.Create(runs, id)
	require.NoError(t, err)
	w.Take(runevents.Event{Kind: runevents.RunStarted, Version: runevents.Version, Run: &runevents.Run{ID: id, Plan: "P"}})
	good := &runevents.Step{Name: "Good", Path: "Good", Type: "Task", Visit: 1}
	bad := &runevents.Step{Name: "A/../Bad", Path: "A/../Bad", Type: "Task", Visit: 2}
	w.Take(runevents.Event{Kind: runevents.StepStarted, Step: good, Input: json.RawMessage(`{"a":1}`), Variables: json.RawMessage(`null`)})
	w.Take(runevents.Event{Kind: runevents.Log, Step: good, Lines: []byte("one\n")})
	w.Take(runevents.Event{Kind: runevents.Log, Step: good, Lines: []byte("two\n")})
	w.Take(runevents.Event{Kind: runevents.StepEnded, Step: good, Output: json.RawMessage(`{"a":2}`), Ended: &runevents.StepResult{Step: *good, Status: runevents.Succeeded}})
	w.Take(runevents.Event{Kind: runevents.Log, Runner: "R", Lines: []byte("warm\n")})
	w.Take(runevents.Event{Kind: runevents.StepStarted, Step: bad, Input: json.RawMessage(`{"a":2}`), Variables: json.RawMessage(`{"v":3}`)})
	if finish {
		w.Take(runevents.Event{Kind: runevents.StepEnded, Step: bad, Ended: &runevents.StepResult{Step: *bad, Status: runevents.Failed}})
		w.Take(runevents.Event{Kind: runevents.RunEnded, Result: &runevents.Result{Status: runevents.Failed}})
	}
	require.NoError(t, w.Close())
}

func TestARunIsKept(t *testing.T) {
	t.Parallel()
	for name, finish := range map[string]bool{"failed": true, "killed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs := filepath.Join(t.TempDir(), "runs")
			record(t, runs, "one", finish)
			kept, err := rundir.Latest(runs)
			require.NoError(t, err)
			assert.Equal(t, "A/../Bad", kept.Unfinished())
			before, err := rundir.FindStep(runs, "A/../Bad", true)
			require.NoError(t, err)
			assert.Equal(t, rundir.Before{Run: "one", Input: json.RawMessage(`{"a":2}`), Variables: json.RawMessage(`{"v":3}`)}, before)
			log, err := os.ReadFile(filepath.Join(runs, "one/steps/0001-Good/log.txt"))
			require.NoError(t, err)
			assert.Equal(t, "one\ntwo\n", string(log))
			if finish {
				payload, err := os.ReadFile(filepath.Join(runs, "one/payload.json"))
				require.NoError(t, err)
				assert.JSONEq(t, `{"a":2}`, string(payload), "what the failed step got")
			}
			require.NoError(t, filepath.WalkDir(runs, func(path string, entry fs.DirEntry, err error) error {
				require.NoError(t, err)
				info, err := entry.Info()
				require.NoError(t, err)
				assert.Zero(t, info.Mode().Perm()&0o077, "%s is the user's own", path)
				return nil
			}))
		})
	}
}

// TestALineThatWasCutIsLeftOut: a run can be killed while it writes.
func TestALineThatWasCutIsLeftOut(t *testing.T) {
	t.Parallel()
	runs := t.TempDir()
	record(t, runs, "one", false)
	file := filepath.Join(runs, "one/events.jsonl")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(text, `{"type":"stepEn`...), 0o600))
	kept, err := rundir.Read(filepath.Join(runs, "one"))
	require.NoError(t, err)
	assert.Len(t, kept.Started, 2)
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"no JSON": "x\n", "the future": `{"type":"runStarted","version":99}` + "\n"} {
		directory := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(directory, "events.jsonl"), []byte(text), 0o600))
		_, err := rundir.Read(directory)
		assert.ErrorContains(t, err, "events.jsonl", name)
	}
	_, err := rundir.Latest(t.TempDir())
	assert.ErrorIs(t, err, rundir.ErrNone)
	_, err = rundir.FindStep(t.TempDir(), "A", false)
	assert.ErrorIs(t, err, rundir.ErrNone)
}

func TestOldRunsAreRemoved(t *testing.T) {
	t.Parallel()
	runs := t.TempDir()
	for i := range 12 {
		record(t, runs, rundir.NewID(time.Unix(int64(i), 0)), true)
	}
	entries, err := os.ReadDir(runs)
	require.NoError(t, err)
	assert.Len(t, entries, 10)
	assert.Contains(t, entries[0].Name(), "19700101T000002")
}

func TestDefaultRoot(t *testing.T) {
	t.Parallel()
	for want, environment := range map[string]map[string]string{
		"/s/runnerctl/runs":              {"XDG_STATE_HOME": "/s", "HOME": "/h"},
		"/h/.local/state/runnerctl/runs": {"XDG_STATE_HOME": "relative", "HOME": "/h"},
	} {
		root, err := rundir.DefaultRoot(func(name string) string { return environment[name] })
		require.NoError(t, err)
		assert.Equal(t, want, root)
	}
	_, err := rundir.DefaultRoot(func(string) string { return "" })
	assert.Error(t, err)
}

package report_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/report"
	"github.com/attini-go/runner/internal/runevents"
)

// manySteps is a run of n steps in a chain, the last of which failed. Each has a log.
func manySteps(n int) report.Source {
	s := &story{}
	s.add(runevents.Event{Kind: runevents.RunStarted, Version: 1, Run: &runevents.Run{ID: "many", Template: "plan.yaml", Plan: "Many"}})
	graph := &plangraph.Graph{}
	texts := files{logs: map[int]string{}, payloads: map[int]map[report.Part]string{}}
	for i := 1; i <= n; i++ {
		step := s.start(fmt.Sprintf("Step%04d", i), "Task")
		graph.Nodes = append(graph.Nodes, &plangraph.Node{ID: fmt.Sprint("s", i), Name: step.Name, Type: "AttiniRunnerJob", Details: []string{"on Builder"}})
		if i > 1 {
			graph.Edges = append(graph.Edges, plangraph.Edge{From: graph.Nodes[i-2], To: graph.Nodes[i-1]})
		}
		texts.logs[i] = fmt.Sprintf("this is step %d\n", i)
		texts.payloads[i] = map[report.Part]string{report.Input: fmt.Sprintf(`{"n": %d}`, i-1), report.Output: fmt.Sprintf(`{"n": %d}`, i)}
		if i < n {
			s.end(step, runevents.Succeeded, nil)
			continue
		}
		// More lines than a browser has pixels for.
		texts.logs[i] = strings.Repeat("\x1b[32mok\x1b[0m\n", 600_000) + "the needle\n" + strings.Repeat("no\n", 20)
		s.end(step, runevents.Failed, &runevents.Failure{ExitCode: 3, LastLines: []string{"no"}})
		s.add(runevents.Event{Kind: runevents.RunEnded, Result: &runevents.Result{
			Status: runevents.Failed, Error: &runevents.Error{Name: "ScriptExecutionError", Cause: "Script exited with code 3"}, FailedStep: step.Path,
		}})
	}
	return report.Source{Events: s.events, Graph: graph, Files: texts, Origin: "runs/many"}
}

// chromium is the browser and its libraries; it is skipped where there is none.
func chromium(t *testing.T, root string) (program, libraries string) {
	t.Helper()
	installed := filepath.Join(root, ".tools", "chromium-headless-shell", "usr", "lib")
	program = filepath.Join(installed, "chromium", "chromium-headless-shell")
	if _, err := os.Stat(program); err == nil {
		found, err := filepath.Glob(filepath.Join(installed, "*-linux-gnu"))
		require.NoError(t, err)
		for _, directory := range found {
			libraries += directory + ":" + filepath.Join(directory, "pulseaudio") + ":"
		}
		return program, strings.TrimSuffix(libraries, ":")
	}
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, ""
		}
	}
	t.Skip("no Chromium: `make tools` installs it on Debian; elsewhere the one in PATH is taken")
	return "", ""
}

// TestInABrowser opens pages in Chromium: testdata/browser.mjs has what it looks at. It
// writes pictures to the directory that REPORT_PICTURES names.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	program, libraries := chromium(t, root)
	tools := filepath.Join(root, ".tools", "node")
	require.FileExists(t, filepath.Join(tools, "node_modules", "axe-core", "package.json"), "run make tools")
	directory := t.TempDir()
	for name, source := range map[string]report.Source{"failed": aRun(), "many": manySteps(2000)} {
		require.NoError(t, os.WriteFile(filepath.Join(directory, name+".html"), write(t, source), 0o600))
	}
	command := exec.CommandContext(t.Context(), "node", "testdata/browser.mjs", directory)
	command.WaitDelay = 10 * time.Second
	command.Env = append(os.Environ(), "TOOLS="+tools, "CHROMIUM="+program, "CHROMIUM_LIBRARIES="+libraries)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// BenchmarkALongLog writes a page with a log of 100 MB.
func BenchmarkALongLog(b *testing.B) {
	source := aRun()
	line := "2026-01-02T03:04:05Z \x1b[32mINFO\x1b[0m request %07d took 12 ms\n"
	var text strings.Builder
	for i := 0; text.Len() < 100<<20; i++ {
		fmt.Fprintf(&text, line, i)
	}
	source.Files = files{logs: map[int]string{4: text.String()}, payloads: map[int]map[report.Part]string{4: {report.Input: `{}`}}}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if err := report.Write(io.Discard, source); err != nil {
			b.Fatal(err)
		}
	}
	if path := os.Getenv("REPORT_PAGE"); path != "" { // to look at it
		file, err := os.Create(path)
		if err == nil {
			err = report.Write(file, source)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

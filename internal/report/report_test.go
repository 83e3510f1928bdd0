package report_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/report"
	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/internal/test/golden"
)

// files are a run's texts in memory, by the visit of a step.
type files struct {
	payloads map[int]map[report.Part]string
	logs     map[int]string
	startup  map[string]string
}

func (f files) Payload(step runevents.Step, part report.Part) (json.RawMessage, error) {
	if text, known := f.payloads[step.Visit][part]; known {
		return json.RawMessage(text), nil
	}
	return nil, nil
}

func (f files) Input() (json.RawMessage, error) { return f.Payload(runevents.Step{}, report.Input) }

func (f files) Log(step runevents.Step) (report.Log, error) { return logOf(f.logs[step.Visit]), nil }

func (f files) Startup() (map[string]report.Log, error) {
	logs := map[string]report.Log{}
	for runner, text := range f.startup {
		logs[runner] = logOf(text)
	}
	return logs, nil
}

type open struct{ *strings.Reader }

func (open) Close() error { return nil }

func logOf(text string) report.Log {
	return report.Log{Size: int64(len(text)), Open: func() (report.ReadAtCloser, error) { return open{strings.NewReader(text)}, nil }}
}

// story makes the events of a run, one a second.
type story struct {
	events []runevents.Event
	visits int
	ended  []runevents.StepResult
}

func (s *story) add(event runevents.Event) {
	event.Time = time.Date(2026, 1, 2, 3, 4, 5+len(s.events), 0, time.UTC)
	s.events = append(s.events, event)
}

func (s *story) start(path, kind string) *runevents.Step {
	s.visits++
	name := path[strings.LastIndex(path, ".")+1:]
	step := &runevents.Step{Name: name, Path: path, Type: kind, Visit: s.visits, Place: runevents.Place{File: "plan.yaml", Line: s.visits}}
	if kind == "Task" {
		step.Runner = "Builder"
	}
	s.add(runevents.Event{Kind: runevents.StepStarted, Step: step})
	if kind == "Task" {
		s.add(runevents.Event{Kind: runevents.AttemptStarted, Step: step, Attempt: 1})
	}
	return step
}

func (s *story) end(step *runevents.Step, status runevents.Status, failure *runevents.Failure) {
	result := runevents.StepResult{Step: *step, Status: status, Attempts: 1, Failure: failure}
	if status == runevents.Failed || status == runevents.Caught {
		result.Error = &runevents.Error{Name: "ScriptExecutionError", Cause: "Script exited with code 3"}
	}
	s.ended = append(s.ended, result)
	s.add(runevents.Event{Kind: runevents.StepEnded, Step: step, Ended: &result})
}

// hostile is what a log, a name and a payload can hold, to take over the page, to hide
// something, or to break its reading.
const hostile = "</script><script>window.taken=1</script><img src=x onerror=window.taken=2><!-- ' \" & \u202egnp.exe \x1b]0;title\x07\xff\u2028"

// aRun has a retry, a caught error, a failure, and hostile texts everywhere.
func aRun() report.Source {
	s := &story{}
	s.add(runevents.Event{Kind: runevents.RunStarted, Version: 1, Run: &runevents.Run{ID: "20260102T030405", Template: "plan.yaml", Plan: "Shop", Program: "1.2.3"}})
	build := s.start("Build", "Task")
	failure := &runevents.Failure{
		ExitCode: 3, LastLines: []string{"\x1b[31mno\x1b[0m " + hostile},
		Command: &runevents.Command{Number: 2, Count: 3, Line: 1, Text: "make " + hostile, Place: runevents.Place{File: "plan.yaml", Line: 14}},
	}
	s.add(runevents.Event{Kind: runevents.AttemptFailed, Step: build, Attempt: 1, Error: &runevents.Error{Name: "E"}, Failure: failure, Delay: runevents.Seconds(time.Second)})
	s.add(runevents.Event{Kind: runevents.AttemptStarted, Step: build, Attempt: 2})
	s.end(build, runevents.Succeeded, nil)
	fork := s.start("Fork", "Parallel")
	caught := s.start("Fork[0].Check", "Task")
	s.end(caught, runevents.Caught, failure)
	late := s.start("Fork[1]."+hostile, "Task")
	s.add(runevents.Event{Kind: runevents.Message, Level: runevents.Warning, Text: hostile})
	s.end(late, runevents.Failed, failure)
	s.end(fork, runevents.Failed, nil)
	s.add(runevents.Event{Kind: runevents.RunEnded, Result: &runevents.Result{
		Status: runevents.Failed, Steps: s.ended, Error: &runevents.Error{Name: "ScriptExecutionError", Cause: hostile}, FailedStep: late.Path,
	}})
	inner := []*plangraph.Graph{
		{Title: "branch 1", Nodes: []*plangraph.Node{{ID: "s3", Name: "Check", Type: "AttiniRunnerJob"}}},
		{Title: "branch 2", Nodes: []*plangraph.Node{{ID: "s4", Name: late.Name, Type: "AttiniRunnerJob"}}},
	}
	first, second := &plangraph.Node{ID: "s1", Name: "Build", Type: "AttiniRunnerJob"}, &plangraph.Node{ID: "s2", Name: "Fork", Type: "Parallel", Parts: inner}
	quoted, _ := json.Marshal(strings.ToValidUTF8(hostile, "?"))
	return report.Source{
		Events: s.events, Origin: "runs/20260102T030405",
		Graph: &plangraph.Graph{Nodes: []*plangraph.Node{first, second}, Edges: []plangraph.Edge{{From: first, To: second, Label: hostile}}},
		Files: files{
			payloads: map[int]map[report.Part]string{
				0:            {report.Input: `{"a": 1}`},
				build.Visit:  {report.Input: `{"a": 12345678901234567890, "gone": [1, 2], "same": {}}`, report.Output: fmt.Sprintf(`{"a": 12345678901234567891, "output": {"Build": %s}, "same": {}}`, quoted)},
				caught.Visit: {report.Input: `{"a": 1}`, report.Output: `{"a": 1}`, report.Variables: `{"v": true}`},
				late.Visit:   {report.Input: `{"a": 1}`},
			},
			logs: map[int]string{
				build.Visit: "\x1b[1;32mfine\x1b[0m\nprogress 1\rprogress 100\r\n" + strings.Repeat("a line of the build\n", 500) + "the needle\n",
				late.Visit:  "\x1b[31mred " + hostile + "\nstill red\n",
			},
			startup: map[string]string{"Builder": "warm " + hostile + "\n", "Quiet": ""},
		},
	}
}

func write(t *testing.T, source report.Source) []byte {
	t.Helper()
	var page bytes.Buffer
	require.NoError(t, report.Write(&page, source))
	return page.Bytes()
}

// data is what the page's scripts get, and its texts unpacked by their number.
func data(t *testing.T, page []byte) (text []byte, pieces map[string]string) {
	t.Helper()
	tree, err := html.Parse(bytes.NewReader(page))
	require.NoError(t, err)
	pieces = map[string]string{}
	for node := range tree.Descendants() {
		if node.Data != "script" || node.Type != html.ElementNode || len(node.Attr) == 0 {
			continue
		}
		switch id := node.Attr[1].Val; id {
		case "data":
			text = []byte(node.FirstChild.Data)
		default:
			pieces[id] = unpack(t, node.FirstChild.Data)
		}
	}
	return text, pieces
}

func unpack(t *testing.T, packed string) string {
	t.Helper()
	reader, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed)))
	require.NoError(t, err)
	text, err := io.ReadAll(reader)
	require.NoError(t, err)
	return string(text)
}

// TestDataOfAPage: what happened, in the page's terms.
func TestDataOfAPage(t *testing.T) {
	t.Parallel()
	text, pieces := data(t, write(t, aRun()))
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, text, "", "  "))
	golden.Assert(t, "data.json", append(indented.Bytes(), '\n'))
	var run struct {
		Steps []struct {
			Changes struct{ Pieces [][]int }
		}
	}
	require.NoError(t, json.Unmarshal(text, &run))
	changes := pieces[fmt.Sprint("p", run.Steps[0].Changes.Pieces[0][0])]
	indented.Reset()
	require.NoError(t, json.Indent(&indented, []byte(changes), "", "  "))
	golden.Assert(t, "changes.json", append(indented.Bytes(), '\n'))
	golden.Assert(t, "nothing.json", []byte(pieces[fmt.Sprint("p", run.Steps[2].Changes.Pieces[0][0])]+"\n"))
}

// TestHostileTextsAreInert: the only scripts are ours, by the policy's hash, and nothing
// loads anything.
func TestHostileTextsAreInert(t *testing.T) {
	t.Parallel()
	page := write(t, aRun())
	tree, err := html.Parse(bytes.NewReader(page))
	require.NoError(t, err)
	running := 0
	for node := range tree.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		assert.NotContains(t, []string{"img", "iframe", "object", "embed", "link", "base", "form"}, node.Data)
		if node.Data == "script" && len(node.Attr) == 0 {
			running++
		}
		for _, attribute := range node.Attr {
			assert.False(t, strings.HasPrefix(attribute.Key, "on") || attribute.Key == "src" || attribute.Key == "style", "%s %s", node.Data, attribute.Key)
			if attribute.Key == "href" {
				assert.Regexp(t, `^#step-\d+$`, attribute.Val)
			}
		}
	}
	assert.Equal(t, 1, running, "scripts that run")
	assert.Regexp(t, `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; base-uri 'none';`, string(page))
	assert.False(t, bytes.Contains(page, []byte("\u202e")), "text that is not in order")
	assert.False(t, bytes.Contains(page, []byte("\x1b")), "a terminal's sequence")
	assert.False(t, bytes.Contains(page, []byte("\xff")), "invalid UTF-8")
	_, pieces := data(t, page)
	found := false
	for _, piece := range pieces {
		found = found || strings.Contains(piece, "red "+hostile)
	}
	assert.True(t, found, "a log keeps its bytes")
}

// TestAKilledRun has no end; its steps were stopped.
func TestAKilledRun(t *testing.T) {
	t.Parallel()
	source := aRun()
	source.Events, source.Graph = source.Events[:4], nil
	page := write(t, source)
	assert.Contains(t, string(page), "The run was killed before it ended.")
	source.Unfinished = "It still ran."
	assert.Regexp(t, `(?s)<title>Shop running</title>.*It still ran\.`, string(write(t, source)))
	text, _ := data(t, page)
	assert.Contains(t, string(text), `"status":"STOPPED","start":1,"end":3`)
	source.Events = nil
	assert.NotEmpty(t, write(t, source), "a run that was killed at once")
}

// TestLongLogsAreCut in their middle, so that all of them fit, and short ones are whole.
func TestLongLogsAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcde\n", 1<<16) // 1 MiB
	source := aRun()
	source.Files = files{logs: map[int]string{1: "short\n", 3: long, 4: strings.Repeat("x", 3<<20)}}
	var page bytes.Buffer
	require.NoError(t, report.WriteAtMost(&page, source, 1<<20))
	text, pieces := data(t, page.Bytes())
	var run struct {
		Steps []struct {
			Visit int
			Log   *struct {
				Bytes, Left int64
				Pieces      [][2]int
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &run))
	whole := func(i int) (all string) {
		for _, piece := range run.Steps[i].Log.Pieces {
			part := pieces[fmt.Sprint("p", piece[0])]
			assert.Equal(t, piece[1], strings.Count(part, "\n")+boolInt(!strings.HasSuffix(part, "\n")), "lines")
			all += part
		}
		return all
	}
	assert.Equal(t, "short\n", whole(0))
	assert.Nil(t, run.Steps[1].Log)
	cut := whole(2)
	assert.Less(t, len(cut), 1<<20/2+200)
	assert.Equal(t, int64(1<<20), run.Steps[2].Log.Bytes)
	assert.Regexp(t, regexp.MustCompile(`abcde\n[^\n]*\n\[\d+ bytes are left out here; all of them are in runs/20260102T030405\]\n`), cut)
	assert.True(t, strings.HasSuffix(cut, "0123456789abcde\n"))
	assert.Positive(t, run.Steps[3].Log.Left)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestErrorsOfFiles say whose they are.
func TestErrorsOfFiles(t *testing.T) {
	t.Parallel()
	source := aRun()
	source.Files = broken{source.Files}
	err := report.Write(io.Discard, source)
	require.ErrorIs(t, err, errBroken)
	assert.ErrorContains(t, err, `the log of step "Build"`)
	require.ErrorIs(t, report.Write(full{}, aRun()), errBroken)
}

var errBroken = errors.New("broken")

type broken struct{ report.Files }

func (broken) Log(runevents.Step) (report.Log, error) {
	return report.Log{Size: 1, Open: func() (report.ReadAtCloser, error) { return nil, errBroken }}, nil
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errBroken }

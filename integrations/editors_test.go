package integrations_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// editor is a yaml-language-server, which editors run, and what it is told through the
// Language Server Protocol: messages of JSON-RPC, each with its length before it.
type editor struct {
	t      *testing.T
	input  io.Writer
	output *bufio.Reader
	last   int
	// settings are the user's, for YAML.
	settings map[string]any
}

// startEditor starts a server with the schema and the settings of this directory.
func startEditor(t *testing.T) *editor {
	t.Helper()
	server, err := filepath.Abs("../.tools/node/node_modules/yaml-language-server/bin/yaml-language-server")
	require.NoError(t, err)
	require.FileExists(t, server, "run `make tools` first")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	command := exec.CommandContext(ctx, "node", server, "--stdio")
	input, err := command.StdinPipe()
	require.NoError(t, err)
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { cancel(); _ = command.Wait() })
	e := &editor{t: t, input: input, output: bufio.NewReader(output)}

	text, err := os.ReadFile("editor/settings.json")
	require.NoError(t, err)
	var settings map[string]any
	require.NoError(t, json.Unmarshal(text, &settings))
	schema, err := filepath.Abs("editor/template.schema.json")
	require.NoError(t, err)
	e.settings = map[string]any{
		"validate": true, "schemaStore": map[string]any{"enable": false}, "customTags": settings["yaml.customTags"],
		"schemas": map[string]any{fileURL(schema): "*.yaml"},
	}
	e.request("initialize", map[string]any{
		"processId": os.Getpid(), "rootUri": nil, "capabilities": map[string]any{"workspace": map[string]any{"configuration": true}},
	})
	e.notify("initialized", map[string]any{})
	e.notify("workspace/didChangeConfiguration", map[string]any{"settings": nil})
	for e.receive().Method != "workspace/configuration" {
	}
	return e
}

func fileURL(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

func (e *editor) send(message map[string]any) {
	e.t.Helper()
	message["jsonrpc"] = "2.0"
	body, err := json.Marshal(message)
	require.NoError(e.t, err)
	_, err = fmt.Fprintf(e.input, "Content-Length: %d\r\n\r\n%s", len(body), body)
	require.NoError(e.t, err)
}

func (e *editor) notify(method string, parameters any) {
	e.t.Helper()
	e.send(map[string]any{"method": method, "params": parameters})
}

type message struct {
	ID     any             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
}

// receive reads the next message.
func (e *editor) receive() message {
	e.t.Helper()
	length := 0
	for {
		line, err := e.output.ReadString('\n')
		require.NoError(e.t, err)
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, err = strconv.Atoi(value)
			require.NoError(e.t, err)
		}
	}
	body := make([]byte, length)
	_, err := io.ReadFull(e.output, body)
	require.NoError(e.t, err)
	var m message
	require.NoError(e.t, json.Unmarshal(body, &m))
	if m.Method != "" && m.ID != nil {
		e.answer(m)
	}
	return m
}

// answer answers what the server asks the editor: for settings, as a rule.
func (e *editor) answer(m message) {
	e.t.Helper()
	var asked struct{ Items []struct{ Section string } }
	if m.Method != "workspace/configuration" {
		e.send(map[string]any{"id": m.ID, "result": nil})
		return
	}
	require.NoError(e.t, json.Unmarshal(m.Params, &asked))
	answers := make([]any, len(asked.Items))
	for i, item := range asked.Items {
		if item.Section == "yaml" {
			answers[i] = e.settings
		}
	}
	e.send(map[string]any{"id": m.ID, "result": answers})
}

func (e *editor) request(method string, parameters any) {
	e.t.Helper()
	e.last++
	e.send(map[string]any{"id": e.last, "method": method, "params": parameters})
	for {
		if m := e.receive(); m.Method == "" && fmt.Sprint(m.ID) == strconv.Itoa(e.last) {
			return
		}
	}
}

// open opens a template and returns the diagnostics that the editor shows for it, by
// line counted from 1.
func (e *editor) open(path string) map[int][]string {
	e.t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(e.t, err)
	absolute, err := filepath.Abs(path)
	require.NoError(e.t, err)
	address := fileURL(absolute)
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": address, "languageId": "yaml", "version": 1, "text": string(text)}})
	for {
		m := e.receive()
		if m.Method != "textDocument/publishDiagnostics" {
			continue
		}
		var shown struct {
			URI         string
			Diagnostics []struct {
				Message string
				Range   struct{ Start struct{ Line int } }
			}
		}
		require.NoError(e.t, json.Unmarshal(m.Params, &shown))
		lines, early := map[int][]string{}, false
		for _, d := range shown.Diagnostics {
			lines[d.Range.Start.Line+1] = append(lines[d.Range.Start.Line+1], d.Message)
			early = early || strings.HasPrefix(d.Message, "Unresolved tag") // before it has the settings
		}
		if shown.URI == address && !early {
			return lines
		}
	}
}

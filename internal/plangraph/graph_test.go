package plangraph_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/transform"
)

// draw draws testdata/plan.yaml, whose names hold what each format gives a meaning.
func draw(t *testing.T, status map[string]string, write func(*plangraph.Graph, io.Writer) error) string {
	t.Helper()
	text, err := os.ReadFile("testdata/plan.yaml")
	require.NoError(t, err)
	template, problems := cfn.Read(text)
	require.NoError(t, problems.Err())
	contents, problems := transform.ReadTemplate(template, cfn.Values{})
	require.NoError(t, problems.Err())
	var out bytes.Buffer
	require.NoError(t, write(plangraph.Of(contents.Plan, status), &out))
	return out.String()
}

func asText(g *plangraph.Graph, w io.Writer) error {
	return g.WriteText(w, func(status, text string) string { return "[" + status + "]" + text })
}

func TestDrawings(t *testing.T) {
	t.Parallel()
	ended := map[string]string{"Build": "CAUGHT", "Which": "SUCCEEDED", `De<p>l"oy`: "FAILED", "Regions": "FAILED"}
	for name, write := range map[string]func(*plangraph.Graph, io.Writer) error{
		"mmd": (*plangraph.Graph).WriteMermaid, "dot": (*plangraph.Graph).WriteDOT, "svg": (*plangraph.Graph).WriteSVG, "txt": asText,
	} {
		golden.Assert(t, "plan."+name, []byte(draw(t, nil, write)))
		golden.Assert(t, "ended."+name, []byte(draw(t, ended, write)))
	}
}

// TestSVGIsXML that a browser takes.
func TestSVGIsXML(t *testing.T) {
	t.Parallel()
	decoder := xml.NewDecoder(strings.NewReader(draw(t, nil, (*plangraph.Graph).WriteSVG)))
	texts := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if data, ok := token.(xml.CharData); ok && string(data) == `De<p>l"oy` {
			texts++
		}
	}
	assert.Equal(t, 1, texts)
}

// TestAnUnendingLoopIsDrawn: a plan whose steps lead back, and to themselves.
func TestAnUnendingLoopIsDrawn(t *testing.T) {
	t.Parallel()
	a, b := &plangraph.Node{ID: "s1", Name: "A"}, &plangraph.Node{ID: "s2", Name: "B"}
	g := &plangraph.Graph{Nodes: []*plangraph.Node{a, b}, Edges: []plangraph.Edge{{From: a, To: a}, {From: a, To: b}, {From: b, To: a}}}
	require.NoError(t, g.WriteSVG(io.Discard))
	require.NoError(t, asText(g, io.Discard))
}

// TestAGraphSurvivesJSON: a kept run is drawn as it was.
func TestAGraphSurvivesJSON(t *testing.T) {
	t.Parallel()
	kept := draw(t, nil, func(g *plangraph.Graph, w io.Writer) error {
		text, err := json.Marshal(g)
		require.NoError(t, err)
		read := &plangraph.Graph{}
		require.NoError(t, json.Unmarshal(text, read))
		names := 0
		for range read.All {
			names++
		}
		assert.Greater(t, names, len(read.Nodes), "nodes of branches too")
		return read.WriteSVG(w)
	})
	assert.Equal(t, draw(t, nil, (*plangraph.Graph).WriteSVG), kept)
	for _, broken := range []string{`{"nodes":[{"id":"s1"}],"edges":[{"from":0,"to":1}]}`, `{"nodes":[],"edges":[{"from":-1,"to":-1}]}`, `{"nodes":[{"parts":[null]}]}`} {
		assert.Error(t, json.Unmarshal([]byte(broken), &plangraph.Graph{}), broken)
	}
}

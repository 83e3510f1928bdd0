package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func call(t *testing.T, event string) (response, string) {
	t.Helper()
	var log bytes.Buffer
	var r request
	require.NoError(t, json.Unmarshal([]byte(event), &r))
	answer, err := handler{logger: slog.New(slog.NewJSONHandler(&log, nil))}.handle(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, "id-1", answer.RequestID)
	return answer, log.String()
}

const plan = `{"Type":"Attini::Deploy::DeploymentPlan","Properties":{"DeploymentPlan":[{"Name":"Job","Type":"AttiniRunnerJob","Properties":{"Commands":["echo"]}}]}}`

func TestSuccess(t *testing.T) {
	t.Parallel()
	answer, _ := call(t, `{"requestId":"id-1","templateParameterValues":{"Secret":"hidden"},"fragment":{"Resources":{"P":`+plan+`}}}`)
	assert.Equal(t, "success", answer.Status)
	assert.Empty(t, answer.ErrorMessage)
	assert.True(t, answer.Fragment.Get("Resources").Has("AttiniDeploymentPlanSfnP"))
}

func TestFailureNamesAll(t *testing.T) {
	t.Parallel()
	answer, log := call(t, `{"requestId":"id-1","templateParameterValues":{"Secret":"hidden"},"fragment":{"Resources":{
		"R":{"Type":"Attini::Deploy::Runner","Properties":{"Cpu":1,"Memory":1}},"P":`+plan+`}}}`)
	assert.Equal(t, "failure", answer.Status)
	assert.Nil(t, answer.Fragment)
	assert.Contains(t, answer.ErrorMessage, `Runner "R": Cpu: 1 is below 256`)
	assert.Contains(t, answer.ErrorMessage, `Runner "R": Memory: 1 is below 512`)
	assert.NotContains(t, log, "hidden")
}

func TestFailureIsBounded(t *testing.T) {
	t.Parallel()
	var runners strings.Builder
	for i := range 100 {
		fmt.Fprintf(&runners, `"R%d":{"Type":"Attini::Deploy::Runner","Properties":{"Cpu":1}},`, i)
	}
	answer, _ := call(t, `{"requestId":"id-1","fragment":{"Resources":{`+runners.String()+`"P":`+plan+`}}}`)
	assert.Less(t, len(answer.ErrorMessage), maxMessage+100)
	assert.Regexp(t, `… and \d+ more; runnerctl validate lists all$`, answer.ErrorMessage)
}

func TestUnreadableFragment(t *testing.T) {
	t.Parallel()
	answer, _ := call(t, `{"requestId":"id-1","fragment":null}`)
	assert.Equal(t, "failure", answer.Status)
	assert.Contains(t, answer.ErrorMessage, "no Resources")
}

func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	broken := handler{logger: slog.New(panicsOn("expanded"))}
	answer, err := broken.handle(t.Context(), request{RequestID: "id-1", Fragment: []byte(`{"Resources":{"P":` + plan + `}}`)})
	require.NoError(t, err)
	assert.Equal(t, "failure", answer.Status)
	assert.Contains(t, answer.ErrorMessage, "internal error")
}

// panicsOn is a log handler that panics at one message: the only way into the
// macro for a panic that a test can count on.
type panicsOn string

func (panicsOn) Enabled(context.Context, slog.Level) bool { return true }
func (p panicsOn) WithAttrs([]slog.Attr) slog.Handler     { return p }
func (p panicsOn) WithGroup(string) slog.Handler          { return p }

func (p panicsOn) Handle(_ context.Context, r slog.Record) error {
	if r.Message == string(p) {
		panic("as asked")
	}
	return nil
}

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

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

func call(t *testing.T, event string) (response, string) {
	t.Helper()
	var log bytes.Buffer
	return invoke(t, handler{logger: slog.New(slog.NewJSONHandler(&log, nil))}, event), log.String()
}

func invoke(t *testing.T, h handler, event string) response {
	t.Helper()
	text, err := h.Invoke(t.Context(), []byte(event))
	require.NoError(t, err)
	var answer struct {
		response
		Fragment json.RawMessage `json:"fragment"`
	}
	require.NoError(t, json.Unmarshal(text, &answer))
	if answer.Fragment != nil {
		answer.response.Fragment, err = cfn.ReadJSON(answer.Fragment)
		require.NoError(t, err)
	}
	return answer.response
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

func TestUnreadableRequest(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ event, id, message string }{
		"no fragment":             {`{"requestId":"id-1"}`, "id-1", "read the macro's event: its fragment is no template"},
		"a fragment that is null": {`{"requestId":"id-1","fragment":null}`, "id-1", "read the macro's event: its fragment is no template"},
		"a list":                  {`[]`, "", "read the macro's event: its fragment is no template"},
		"no JSON":                 {`{"requestId":`, "", "read the macro's event: read JSON at byte 13: the text ends in the middle"},
		"nothing":                 {``, "", "read the macro's event: read JSON at byte 0: the text ends in the middle"},
		"no Resources":            {`{"requestId":"id-1","fragment":{}}`, "id-1", "the template has no Resources. Declare an Attini::Deploy::Runner and an Attini::Deploy::DeploymentPlan under Resources."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, _ := call(t, c.event)
			assert.Equal(t, response{RequestID: c.id, Status: "failure", ErrorMessage: c.message}, answer)
		})
	}
}

// TestParametersAreChecked: a list comes as a list or as text.
func TestParametersAreChecked(t *testing.T) {
	t.Parallel()
	for _, subnets := range []string{`["subnet-1","vpc-2"]`, `"subnet-1, vpc-2"`} {
		answer, log := call(t, `{"requestId":"id-1","templateParameterValues":{"Jobs":21,"Ids":`+subnets+`},"fragment":{
			"Parameters":{"Jobs":{"Type":"Number"},"Ids":{"Type":"List<AWS::EC2::Subnet::Id>"}},
			"Resources":{"P":`+plan+`,"R":{"Type":"Attini::Deploy::Runner","Properties":{
				"RunnerConfiguration":{"MaxConcurrentJobs":{"Ref":"Jobs"}},"AwsVpcConfiguration":{"Subnets":{"Ref":"Ids"}}}}}}}`)
		assert.Contains(t, answer.ErrorMessage, `MaxConcurrentJobs: 21 is above 20 (allowed 1-20 jobs); it is the value of parameter "Jobs"`)
		assert.Contains(t, answer.ErrorMessage, `Subnets[1]: "vpc-2" is not a subnet id`)
		assert.NotContains(t, log, "vpc-2", "no value of a parameter stands in a log line")
	}
}

// TestLogHoldsNoTemplate: neither the template nor a parameter is in the log.
func TestLogHoldsNoTemplate(t *testing.T) {
	t.Parallel()
	_, log := call(t, `{"requestId":"id-1","templateParameterValues":{"Token":"my-token"},"fragment":{
		"Parameters":{"Token":{"Type":"String"}},"Resources":{
		"R":{"Type":"Attini::Deploy::Runner","Properties":{"Cpu":12,"Image":{"Ref":"Token"},"Ec2Configuration":{"InstanceType":"m5.large"}}},
		"P":{"Type":"Attini::Deploy::DeploymentPlan","Properties":{"DeploymentPlan":[{"Name":"Job","Type":"AttiniRunnerJob","Properties":{"Runner":"R","Commands":["my-command"]}}]}}}}}`)
	assert.NotContains(t, log, "my-token")
	assert.NotContains(t, log, "my-command")
	assert.Contains(t, log, `"rule":"ami-end-of-life"`, "a warning has no other place to be told")
	for line := range strings.Lines(log) {
		assert.True(t, json.Valid([]byte(line)), line)
		assert.Contains(t, line, `"requestId":"id-1"`)
	}
}

// TestAccountComesFirst: other errors may hang on what could not be asked.
func TestAccountComesFirst(t *testing.T) {
	t.Parallel()
	h := handler{logger: slog.New(slog.DiscardHandler), account: transform.Facts{}.Account()}
	answer := invoke(t, h, `{"requestId":"id-1","fragment":{"Resources":{"A":{"Properties":{}},"P":`+plan+`}}}`)
	assert.Regexp(t, "^the default VPC's subnets are known only to AWS", answer.ErrorMessage)
	assert.Contains(t, answer.ErrorMessage, `Resource "A": has no Type`)
}

func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	broken := handler{logger: slog.New(panicsOn("expanded"))}
	answer := invoke(t, broken, `{"requestId":"id-1","fragment":{"Resources":{"P":`+plan+`}}}`)
	assert.Equal(t, "id-1", answer.RequestID)
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

// TestLogIsBounded: a template of a megabyte can have thousands of problems.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	var properties []string
	for i := range 5000 {
		properties = append(properties, fmt.Sprintf(`"a%d":1`, i))
	}
	answer, log := call(t, `{"requestId":"id-1","fragment":{"Resources":{"R":{"Type":"Attini::Deploy::Runner","Properties":{`+strings.Join(properties, ",")+`}},"P":`+plan+`}}}`)
	assert.Equal(t, "failure", answer.Status)
	assert.Contains(t, answer.ErrorMessage, "runnerctl validate lists all")
	assert.LessOrEqual(t, strings.Count(log, "\n"), 100+2)
	assert.Contains(t, log, `"msg":"more problems","requestId":"id-1","count":`)
}

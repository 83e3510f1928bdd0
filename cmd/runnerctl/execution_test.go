package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/history"
	"github.com/attini-go/runner/internal/report"
	"github.com/attini-go/runner/internal/runevents"
)

// recordedExecution is an account with one execution: a job that printed, one that did not,
// and one whose log is forbidden, which fails.
type recordedExecution struct{ asked []string }

func (*recordedExecution) Definition(context.Context, string) ([]byte, string, error) {
	job := func(next string) string {
		return `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"attini-action",
			"Payload":{"attiniActionType":"ExecuteRunner","RunnerConfig":"shop/Builder/v1-0"}},` + next + `}`
	}
	return []byte(`{"StartAt":"Talks","States":{"Talks":` + job(`"Next":"Silent"`) + `,"Silent":` + job(`"Next":"Other"`) +
		`,"Other":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"Fails"},"Fails":` + job(`"End":true`) + `}}`), "shop-plan", nil
}

func (*recordedExecution) Records(context.Context, string) ([]history.Record, error) {
	const input = `{"deploymentOriginData":{"environment":"dev","distributionName":"shop","distributionId":"1","deploymentSource":{"deploymentSourceBucket":"store"}}}`
	records := []history.Record{{Type: "ExecutionStarted", Input: input}}
	for _, name := range []string{"Talks", "Silent", "Other", "Fails"} {
		records = append(records, history.Record{Type: "TaskStateEntered", Name: name, Input: input}, history.Record{Type: "TaskScheduled"})
		if name != "Fails" {
			records = append(records, history.Record{Type: "TaskStateExited", Name: name, Output: input})
		}
	}
	records = append(records,
		history.Record{Type: "TaskFailed", Error: "ScriptExecutionError", Cause: "Script exited with code 3, command 1 of 2: make"},
		history.Record{Type: "ExecutionFailed", Error: "ScriptExecutionError", Cause: "Script exited with code 3, command 1 of 2: make"})
	for i := range records {
		records[i].ID, records[i].Previous, records[i].Time = int64(i+1), int64(i), time.Unix(int64(i), 0)
	}
	return records, nil
}

func (r *recordedExecution) Log(_ context.Context, bucket, key string) (io.ReadCloser, error) {
	r.asked = append(r.asked, bucket+"/"+key)
	switch {
	case strings.HasSuffix(key, "/Talks/x1"):
		return io.NopCloser(strings.NewReader(`{"timestamp":1500,"data":"hello"}` + "\n")), nil
	case strings.HasSuffix(key, "/Fails/x1"):
		return nil, errors.New("forbidden")
	}
	return nil, nil
}

// TestReportOfAnExecution: only jobs have logs; one that cannot be read is no reason to
// show nothing.
func TestReportOfAnExecution(t *testing.T) {
	t.Parallel()
	account := &recordedExecution{}
	source, err := executionSource(t.Context(), account, "arn:aws:states:eu-west-1:111122223333:execution:shop-plan:x1")
	require.NoError(t, err)
	const logs = "store/attini/deployment/logs/runner/dev/shop/1/"
	assert.Equal(t, []string{logs + "Talks/x1", logs + "Silent/x1", logs + "Fails/x1"}, account.asked)
	text := func(visit int) string {
		log, err := source.Files.Log(runevents.Step{Visit: visit})
		require.NoError(t, err)
		file, err := log.Open()
		require.NoError(t, err)
		all, err := io.ReadAll(io.NewSectionReader(file, 0, log.Size))
		require.NoError(t, errors.Join(err, file.Close()))
		return string(all)
	}
	assert.Equal(t, []string{"hello\n", "", "", "[the log cannot be read: forbidden]\n"}, []string{text(1), text(2), text(3), text(4)})
	var page bytes.Buffer
	require.NoError(t, report.Write(&page, source))
	for _, part := range []string{`>Step Fails</a> failed.`, "command 1 of 2: make", "AttiniRunnerJob, on Builder, failed", "<title>shop-plan failed</title>"} {
		assert.Contains(t, page.String(), part)
	}
}

func TestRegionOf(t *testing.T) {
	t.Parallel()
	region, err := regionOf("arn:aws-cn:states:cn-north-1:111122223333:execution:plan:x1")
	require.NoError(t, err)
	assert.Equal(t, "cn-north-1", region)
	for _, arn := range []string{"arn:aws:states:eu-west-1:1:stateMachine:plan", "arn:aws:states:eu-west-1:1:express:plan:x1:y", "arn:"} {
		_, err := regionOf(arn)
		assert.ErrorAs(t, err, new(usageError), arn)
	}
}

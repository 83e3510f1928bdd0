package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// TestAgentLifecycle: from its start, over some jobs with long logs, to the end
// that idleness brings, after which the launcher knows that it is gone.
func TestAgentLifecycle(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.runner(t, "arn:task/a", "echo ready")
	a := b.prepare(t, "arn:task/a")
	a.process.Env = append(a.process.Env, quick()...)
	a.process.Env = append(a.process.Env, "ATTINI_RUNNER_IDLE_TTL=6", "ATTINI_SETTLE_TIME=0", "ATTINI_METRICS=on",
		"THE_TOKEN=tell-nobody", "ATTINI_SECRET_VARIABLES=PIN", "PIN=4711")
	// The second attempt's log is refused when all its parts are there.
	a.caller.On("CompleteMultipartUpload", fakeaws.Times(1, fakeaws.Error(http.StatusBadRequest, "InvalidPart")))
	a.begin(t)
	// Each attempt prints 4 MB, so that S3 copies what is there of those before.
	machine := b.machine(t, `{"StartAt":"Build","States":{"Build":`+b.job([]string{
		`echo "the attempt with $THE_TOKEN and $PIN"`,
		`seq -f "%063g" 65536`,
		`exit 1`,
	}, nil, `,"Retry":[{"ErrorEquals":["ScriptExecutionError"],"MaxAttempts":2,"IntervalSeconds":1,"BackoffRate":1}],"End":true`)+`}}`)
	execution := b.run(t, machine, `{}`)
	ended := b.ended(t, execution, 2*soon)
	assert.Equal(t, sfntypes.ExecutionStatusFailed, ended.Status)
	// Its last words in the log may come after the report if the store takes more than 10 s.
	require.Eventually(t, func() bool { return isClosed(a.ended) }, soon, tick, "an idle agent leaves")

	name := execution[strings.LastIndex(execution, ":")+1:]
	log := b.object(t.Context(), t, b.bucketName, "attini/deployment/logs/runner/dev/shop/7c9e/Build/"+name)
	require.True(t, bytes.HasSuffix(log, []byte("\n")))
	var lines []string
	for record := range bytes.Lines(log) {
		var line struct {
			Timestamp int64
			Data      string
		}
		require.NoError(t, json.Unmarshal(record, &line))
		require.Greater(t, line.Timestamp, int64(1_700_000_000_000))
		lines = append(lines, line.Data)
	}
	require.Len(t, lines, 3*65537, "three attempts, in order")
	for attempt := range 3 {
		part := lines[attempt*65537:]
		require.Equal(t, "the attempt with *** and ***", part[0])
		require.Equal(t, fmt.Sprintf("%063d", 1), part[1])
		require.Equal(t, fmt.Sprintf("%063d", 65536), part[65536])
	}
	assert.Equal(t, 0, a.process.ProcessState.ExitCode())
	retired := b.runnerState(t)["retiredTaskId"]
	assert.Equal(t, text("arn:task/a"), retired)
	printed := a.output.String()
	assert.Contains(t, printed, "Startup | ready\n")
	failed := 0 // in one minute's line, or in two
	for _, found := range regexp.MustCompile(`"JobsFailed":(\d+)`).FindAllStringSubmatch(printed, -1) {
		n, err := strconv.Atoi(found[1])
		require.NoError(t, err)
		failed += n
	}
	assert.Equal(t, 3, failed)
	assert.NotContains(t, printed, "SDK ")
	for _, secret := range []string{"tell-nobody", "4711\n", "sfnToken"} {
		assert.NotContains(t, printed, secret)
	}
}

package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/standin"
)

// shaky has a service break every connection it can: of nine calls one is cut,
// one throttled, one fails, and one takes two seconds.
func shaky(n int, w http.ResponseWriter, r *http.Request) bool {
	switch n % 9 {
	case 2:
		return standin.Reset(n, w, r)
	case 4:
		return standin.Error(http.StatusServiceUnavailable, "SlowDown")(n, w, r)
	case 6:
		return standin.Error(http.StatusInternalServerError, "InternalFailure")(n, w, r)
	case 7:
		return standin.Delay(2*time.Second)(n, w, r)
	case 8:
		return standin.Error(http.StatusBadRequest, "ThrottlingException")(n, w, r)
	}
	return false
}

// TestShakyServices: whichever service fails now and then, or loses its
// answers, every job runs, and once.
func TestShakyServices(t *testing.T) {
	t.Parallel()
	loses := func(operations ...string) func(*agent) {
		return func(a *agent) {
			for _, operation := range operations {
				a.caller.After(operation, standin.Lose(2))
			}
		}
	}
	service := func(name string) func(*agent) {
		return func(a *agent) { a.caller.On(name, shaky) }
	}
	for name, shake := range map[string]func(*agent){
		"SQS":              service("sqs"),
		"Step Functions":   service("states"),
		"DynamoDB":         service("dynamodb"),
		"S3":               service("s3"),
		"the metadata":     func(a *agent) { a.metadata = shaky },
		"SQS's answers":    loses("DeleteMessage", "ChangeMessageVisibility"),
		"the reports'":     loses("SendTaskSuccess", "SendTaskHeartbeat"),
		"the claims'":      loses("PutItem", "UpdateItem", "GetItem"),
		"the stored logs'": loses("PutObject", "GetObject"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const jobs = 12
			b := newBedHiding(t, "5")
			b.runner(t, "arn:task/a")
			a := b.prepare(t, "arn:task/a")
			a.process.Env = append(a.process.Env, quick()...)
			shake(a)
			a.begin(t)
			written := t.TempDir()
			machine := b.machine(t, `{"StartAt":"One","States":{"One":`+b.job([]string{
				fmt.Sprintf(`echo "$ITEM" >>%q/"$ITEM"`, written), `bin/hello.sh`,
			}, map[string]string{"ITEM.$": "$.item"}, `,"End":true`)+`}}`)
			executions := make([]string, jobs)
			for i := range executions {
				executions[i] = b.run(t, machine, fmt.Sprintf(`{"item":"%d"}`, i))
			}
			for i, execution := range executions {
				ended := b.ended(t, execution, 2*soon)
				assert.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status, "%v", ended.Cause)
				ran, err := os.ReadFile(filepath.Join(written, fmt.Sprint(i)))
				require.NoError(t, err)
				assert.Equal(t, fmt.Sprintln(i), string(ran), "once")
			}
		})
	}
}

//go:build bench

package bench_test

import (
	"archive/zip"
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fakeAWS plays the services that an agent's process asks, just well enough.
type fakeAWS struct {
	*httptest.Server
	archive []byte
	// received gets an element at each receive.
	received chan struct{}

	mutex     sync.Mutex
	messages  []string
	succeeded int
	// calls counts by service and operation.
	calls map[string]int
}

func newFakeAWS(t *testing.T) *fakeAWS {
	t.Helper()
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	_, err := writer.Create("file")
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	f := &fakeAWS{archive: archive.Bytes(), received: make(chan struct{}, 1000), calls: map[string]int{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// agentItem is a runner's item and a deployment's in one.
const agentItem = `{"taskId":{"S":"arn:task"},"environment":{"S":"dev"},"distributionName":{"S":"shop"},"executionArns":{"M":{"x":{"S":"arn:execution"}}}}`

// ServeHTTP implements http.Handler.
func (f *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := r.Header.Get("X-Amz-Target")
	f.mutex.Lock()
	f.calls[target]++
	f.mutex.Unlock()
	switch operation := target[strings.LastIndex(target, ".")+1:]; operation {
	case "":
		f.object(w, r)
	case "ReceiveMessage":
		f.receive(w, r)
	case "GetItem":
		_, _ = io.WriteString(w, `{"Item":`+agentItem+`}`)
	case "BatchGetItem":
		f.batch(w, r)
	case "Query":
		_, _ = io.WriteString(w, `{"Items":[],"Count":0,"ScannedCount":0}`)
	case "SendTaskSuccess":
		f.mutex.Lock()
		f.succeeded++
		f.mutex.Unlock()
		_, _ = io.WriteString(w, `{}`)
	default:
		_, _ = io.WriteString(w, `{}`)
	}
}

// batch answers with the same item as GetItem in each table.
func (f *fakeAWS) batch(w http.ResponseWriter, r *http.Request) {
	var request struct{ RequestItems map[string]json.RawMessage }
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	responses := map[string]json.RawMessage{}
	for table := range request.RequestItems {
		responses[table] = json.RawMessage("[" + agentItem + "]")
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Responses": responses})
}

func (f *fakeAWS) object(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/metadata":
		_, _ = io.WriteString(w, `{"DesiredStatus":"RUNNING","Labels":{"com.amazonaws.ecs.task-arn":"arn:task"}}`)
	case r.Method == http.MethodPut:
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("ETag", `"1"`)
	case strings.HasSuffix(r.URL.Path, ".zip"):
		sum := md5.Sum(f.archive)
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
		http.ServeContent(w, r, "", timeZero, bytes.NewReader(f.archive))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (f *fakeAWS) receive(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that it is noticed when the client goes
	select {
	case f.received <- struct{}{}:
	default: // many jobs
	}
	f.mutex.Lock()
	messages := f.messages[:min(10, len(f.messages))]
	f.messages = f.messages[len(messages):]
	f.mutex.Unlock()
	if len(messages) == 0 {
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Second):
			_, _ = io.WriteString(w, `{}`)
		}
		return
	}
	var found []map[string]string
	for _, body := range messages {
		sum := md5.Sum([]byte(body))
		found = append(found, map[string]string{"Body": body, "ReceiptHandle": hex.EncodeToString(sum[:]), "MessageId": "m", "MD5OfBody": hex.EncodeToString(sum[:])})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Messages": found})
}

// send has a job received, with more in its input.
func (f *fakeAWS) send(t *testing.T, step, command string, input ...string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"input": input, "taskConfigHashCode": 1,
		"Properties":                      map[string]any{"Commands": []string{command}},
		"deploymentPlanExecutionMetadata": map[string]any{"sfnToken": "token-" + step, "stepName": step, "executionArn": "arn:execution"},
		"deploymentOriginData": map[string]any{
			"environment": "dev", "distributionName": "shop", "distributionId": "1", "objectIdentifier": "1",
			"deploymentSource": map[string]any{"deploymentSourcePrefix": "p", "deploymentSourceBucket": "bucket"},
		},
	})
	require.NoError(t, err)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.messages = append(f.messages, string(body))
}

// program is a built main package, and the environment of its process.
func (f *fakeAWS) program(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", file, path)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	return f.process(t, file)
}

func (f *fakeAWS) process(t *testing.T, file string) *exec.Cmd {
	t.Helper()
	process := exec.Command(file)
	process.Env = []string{
		"PATH=" + os.Getenv("PATH"), "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=a-secret", "AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL=" + f.URL,
		"ATTINI_QUEUE_URL=" + f.URL + "/queue", "ATTINI_DEPLOY_DATA_TABLE=deploy", "ATTINI_RESOURCE_STATE_TABLE=state",
		"ATTINI_RUNNER_RESOURCE_NAME=shop-Build", "ATTINI_AWS_REGION=eu-west-1", "ATTINI_MAX_CONCURRENT_JOBS=20", "ATTINI_CONFIGURATION_HASH=1",
		"ECS_CONTAINER_METADATA_URI_V4=" + f.URL + "/metadata", "TMPDIR=" + t.TempDir(),
	}
	process.Stderr = os.Stderr
	return process
}

// memoryOf is a process's resident memory in MB: Rss now, or Hwm at its most.
func memoryOf(t *testing.T, pid int, which string) float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, after, found := strings.Cut(string(status), "Vm"+which+":")
	require.True(t, found)
	var kilobytes float64
	_, err = fmt.Sscan(after, &kilobytes)
	require.NoError(t, err)
	return kilobytes / 1024
}

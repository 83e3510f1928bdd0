package inspect

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/planlog"
)

const loggedExecution = "arn:aws:states:eu-west-1:111122223333:execution:plan:1"

// stepLog is a step's log in the artifact store: lines with their numbers, all of one
// length, which are not kept in memory.
type stepLog string

func newStepLog(step, length int) stepLog {
	return stepLog(fmt.Sprintf(`{"timestamp":1700000000000,"data":"%09d %d %s"}`, 0, step, strings.Repeat("y", length)) + "\n")
}

// numberAt is where a line has its number.
const numberAt = len(`{"timestamp":1700000000000,"data":"`)

// ReadAt implements io.ReaderAt.
func (l stepLog) ReadAt(text []byte, position int64) (n int, _ error) {
	line := []byte(l)
	for n < len(text) {
		at := position + int64(n)
		number := at / int64(len(line))
		for digit := numberAt + 8; digit >= numberAt; digit-- {
			line[digit] = byte('0' + number%10)
			number /= 10
		}
		n += copy(text[n:], line[at%int64(len(line)):])
	}
	return n, nil
}

// logServer plays S3 and Step Functions for one execution.
type logServer struct {
	*httptest.Server
	logs []stepLog
	// delay is before each answer; an answer breaks off behind that many bytes, 0 is never.
	delay time.Duration
	cut   int

	mutex sync.Mutex
	// lines is how many each log has, of all that it will have.
	lines, all, cuts int
}

func newLogServer(tb testing.TB, steps, length, all int) *logServer {
	tb.Helper()
	s := &logServer{all: all}
	for step := range steps {
		s.logs = append(s.logs, newStepLog(step, length))
	}
	s.Server = httptest.NewServer(s)
	tb.Cleanup(s.Close)
	return s
}

// upload adds lines to each log.
func (s *logServer) upload(lines int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.lines = min(s.lines+lines, s.all)
}

func (s *logServer) state() (lines int, running bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.lines, s.lines < s.all
}

// ServeHTTP implements http.Handler.
func (s *logServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const prefix = "attini/deployment/logs/runner/dev/shop/1/"
	time.Sleep(s.delay)
	lines, running := s.state()
	size := int64(lines * len(s.logs[0]))
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		status := map[bool]string{true: "RUNNING", false: "SUCCEEDED"}[running]
		fmt.Fprintf(w, `{"executionArn":%q,"status":%q,"input":%q}`, loggedExecution, status,
			`{"deploymentOriginData":{"environment":"dev","distributionName":"shop","distributionId":"1","deploymentSource":{"deploymentSourceBucket":"store"}}}`)
	case r.URL.Query().Has("list-type"):
		type object struct {
			Key  string
			Size int64
		}
		var listing struct {
			XMLName  xml.Name `xml:"ListBucketResult"`
			Contents []object
		}
		for step := range s.logs {
			listing.Contents = append(listing.Contents, object{fmt.Sprint(prefix, step, "/1"), size})
		}
		_ = xml.NewEncoder(w).Encode(listing) // a client that has gone asks again
	default:
		var step int
		if _, err := fmt.Sscanf(r.URL.Path, "/store/"+prefix+"%d/1", &step); err != nil {
			http.NotFound(w, r)
			return
		}
		if s.cut > 0 {
			w = &cutWriter{w, s, s.cut}
		}
		http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(s.logs[step], 0, size))
	}
}

// cutWriter breaks off the connection behind a number of bytes.
type cutWriter struct {
	http.ResponseWriter
	server *logServer
	left   int
}

func (w *cutWriter) Write(text []byte) (int, error) {
	n, err := w.ResponseWriter.Write(text[:min(len(text), w.left)])
	if w.left -= n; w.left == 0 {
		w.server.mutex.Lock()
		w.server.cuts++
		w.server.mutex.Unlock()
		w.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// TestFollowOverABrokenConnection: 20 MB of two steps of an execution that runs come
// whole and once, though each answer of S3 breaks off.
func TestFollowOverABrokenConnection(t *testing.T) {
	t.Parallel()
	const all, length = 2500, 4000
	s := newLogServer(t, 2, length, all)
	s.cut = 300_000
	s.upload(all / 3)
	store, _, err := New(aws.Config{Region: "eu-west-1", BaseEndpoint: &s.URL, Credentials: aws.AnonymousCredentials{}}).Logs(t.Context(), loggedExecution)
	require.NoError(t, err)
	next := map[string]int{}
	r := &planlog.Reader{Store: store, Looked: func() error { s.upload(all / 3); return nil }, Print: func(l planlog.Line) error {
		var number int
		_, err := fmt.Sscanf(l.Text[:9], "%d", &number)
		require.NoError(t, err)
		require.Equal(t, next[l.Step], number, l.Step)
		require.Len(t, l.Text, length+12)
		next[l.Step]++
		return nil
	}}
	require.NoError(t, r.Follow(t.Context()))
	assert.Equal(t, map[string]int{"0": all, "1": all}, next)
	assert.Greater(t, s.cuts, 20)
}

// BenchmarkFollow follows 1 GiB of a running job with the program, as it is built. Its
// agent uploads what was written, 64 MiB at once; S3 takes 30 ms for each answer.
// MiB is the program's memory at most, delay the longest from an upload to its last line.
func BenchmarkFollow(b *testing.B) {
	const length, uploads = 200, 16
	program := filepath.Join(b.TempDir(), "runnerctl")
	output, err := exec.CommandContext(b.Context(), "go", "build", "-tags", "aws", "-o", program, "../../cmd/runnerctl").CombinedOutput()
	require.NoError(b, err, string(output))
	for b.Loop() {
		each := 64 << 20 / len(newStepLog(0, length))
		s := newLogServer(b, 1, length, uploads*each)
		s.delay = 30 * time.Millisecond
		command := exec.CommandContext(b.Context(), program, "logs", "-f", loggedExecution)
		command.Env = []string{"AWS_ENDPOINT_URL=" + s.URL, "AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}
		var failed strings.Builder
		command.Stderr = &failed
		lines, err := command.StdoutPipe()
		require.NoError(b, err)
		require.NoError(b, command.Start())
		reader, number, delay := bufio.NewScanner(bufio.NewReaderSize(lines, 1<<20)), 0, time.Duration(0)
		for upload := range uploads {
			s.upload(each)
			uploaded := time.Now()
			for number < (upload+1)*each && reader.Scan() {
				if want := fmt.Sprintf("0 | %09d", number); string(reader.Bytes()[:len(want)]) != want {
					b.Fatalf("line %d is %.30q", number, reader.Bytes())
				}
				number++
			}
			delay = max(delay, time.Since(uploaded))
		}
		require.False(b, reader.Scan(), "no line comes twice")
		require.NoError(b, command.Wait(), failed.String())
		require.Equal(b, uploads*each, number)
		b.SetBytes(int64(number * len(newStepLog(0, length))))
		b.ReportMetric(delay.Seconds(), "s-delay")
		b.ReportMetric(float64(command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024, "MiB")
		s.Close()
	}
}

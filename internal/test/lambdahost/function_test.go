package lambdahost_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/test/lambdahost"
)

// roleVariable makes the test binary a bootstrap.
const roleVariable = "LAMBDAHOST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "function":
		fmt.Println("started")
		lambda.Start(handle)
	case "exits":
		os.Exit(7)
	case "ends":
		os.Exit(0)
	case "no init":
		failInit()
	case "stray":
		answerAnother()
	default:
		goleak.VerifyTestMain(m)
	}
}

// order tells the function what to do.
type order struct {
	Do   string
	Text string
}

type answer struct {
	Text, RequestID, ARN string
	Process              int
	Left                 time.Duration
	Variables            []string
}

func handle(ctx context.Context, o order) (answer, error) {
	switch o.Do {
	case "fail":
		return answer{}, errors.New(o.Text)
	case "panic":
		panic(o.Text)
	case "exit":
		os.Exit(3)
	case "hang":
		<-context.Background().Done()
	case "grow":
		return answer{Text: strings.Repeat("x", lambdahost.PayloadLimit)}, nil
	}
	call, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return answer{
		Text: o.Text, RequestID: call.AwsRequestID, ARN: call.InvokedFunctionArn,
		Process: os.Getpid(), Left: time.Until(deadline), Variables: os.Environ(),
	}, nil
}

func failInit() {
	body := strings.NewReader(`{"errorType":"Broken","errorMessage":"no configuration"}`)
	response, err := http.Post("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01/runtime/init/error", "application/json", body)
	if err != nil || response.StatusCode != http.StatusAccepted {
		panic(fmt.Sprint(response, err))
	}
	os.Exit(1)
}

// answerAnother posts for a request that is not the current one, first.
func answerAnother() {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	next, err := http.Get(base + "next")
	if err != nil {
		panic(err)
	}
	id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
	stray, err := http.Post(base+"another/response", "application/json", strings.NewReader("1"))
	if err != nil {
		panic(err)
	}
	if _, err := http.Post(base+id+"/response", "application/json", strings.NewReader(fmt.Sprint(stray.StatusCode))); err != nil {
		panic(err)
	}
}

func newFunction(t *testing.T, role string, change func(*lambdahost.Config)) *lambdahost.Function {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	c := lambdahost.Config{
		Bootstrap: program, Name: "tested", Timeout: time.Minute, Log: t.Output(),
		Environment: map[string]string{roleVariable: role, "LAMBDAHOST_OWN": "own value"},
	}
	if change != nil {
		change(&c)
	}
	f := lambdahost.New(c)
	t.Cleanup(f.Close)
	return f
}

func invoke(t *testing.T, f *lambdahost.Function, o order) (answer, error) {
	t.Helper()
	event, err := json.Marshal(o)
	require.NoError(t, err)
	response, err := f.Invoke(t.Context(), event)
	if err != nil {
		return answer{}, err
	}
	var a answer
	require.NoError(t, json.Unmarshal(response, &a))
	return a, nil
}

func TestInvoke(t *testing.T) {
	t.Setenv("LAMBDAHOST_SECRET", "of the test")
	var log bytes.Buffer
	f := newFunction(t, "function", func(c *lambdahost.Config) { c.Log = &log })
	first, err := invoke(t, f, order{Text: "ÅÄÖ <&> \"\n"})
	require.NoError(t, err)
	second, err := invoke(t, f, order{})
	require.NoError(t, err)

	assert.Equal(t, "ÅÄÖ <&> \"\n", first.Text)
	assert.Equal(t, "arn:aws:lambda:eu-west-1:123456789012:function:tested", first.ARN)
	assert.InDelta(t, time.Minute, first.Left, float64(30*time.Second))
	assert.NotEqual(t, first.RequestID, second.RequestID)
	assert.Equal(t, first.Process, second.Process, "the process is kept")
	assert.Contains(t, first.Variables, "LAMBDAHOST_OWN=own value")
	assert.Contains(t, first.Variables, "AWS_REGION=eu-west-1")
	assert.NotContains(t, strings.Join(first.Variables, "\n"), "SECRET")
	f.Close()
	assert.Equal(t, "started\n", log.String())
}

func TestFunctionErrors(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		role    string
		timeout time.Duration
		do      order
		want    string
	}{
		"returned error":      {role: "function", do: order{Do: "fail", Text: "no luck"}, want: "errorString: no luck"},
		"panic":               {role: "function", do: order{Do: "panic", Text: "as asked"}, want: "string: as asked"},
		"exit in the handler": {role: "function", do: order{Do: "exit"}, want: "Runtime.ExitError: Runtime exited with error: exit status 3"},
		"exit at the start":   {role: "exits", want: "Runtime.ExitError: Runtime exited with error: exit status 7"},
		"end at the start":    {role: "ends", want: "Runtime.ExitError: Runtime exited without providing a reason"},
		"error at the start":  {role: "no init", want: "Broken: no configuration"},
		"response too large":  {role: "function", do: order{Do: "grow"}, want: "Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (6291556 bytes)."},
		"timeout":             {role: "function", timeout: time.Second, do: order{Do: "hang"}, want: "Task timed out after 1.00 seconds"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFunction(t, c.role, func(config *lambdahost.Config) {
				if c.timeout > 0 {
					config.Timeout = c.timeout
				}
			})
			_, err := invoke(t, f, c.do)
			var failure *lambdahost.FunctionError
			require.ErrorAs(t, err, &failure)
			assert.Contains(t, failure.Error(), c.want)
			assert.True(t, json.Valid(failure.Payload))
		})
	}
}

// TestEnvironmentsAreReplaced: after a panic, an exit or a timeout the next
// event finds a new process; after a returned error the same one.
func TestEnvironmentsAreReplaced(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "function", func(c *lambdahost.Config) { c.Timeout = 5 * time.Second })
	first, err := invoke(t, f, order{})
	require.NoError(t, err)
	_, err = invoke(t, f, order{Do: "fail"})
	require.Error(t, err)
	same, err := invoke(t, f, order{})
	require.NoError(t, err)
	assert.Equal(t, first.Process, same.Process)

	for _, last := range []string{"panic", "exit"} {
		_, err = invoke(t, f, order{Do: last})
		require.Error(t, err)
		other, err := invoke(t, f, order{})
		require.NoError(t, err)
		assert.NotEqual(t, first.Process, other.Process, last)
		first = other
	}
}

func TestConcurrentInvocations(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "function", nil)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			text := fmt.Sprint(i)
			a, err := f.Invoke(t.Context(), []byte(`{"Text":"`+text+`"}`))
			assert.NoError(t, err)
			assert.Contains(t, string(a), `"Text":"`+text+`"`)
		})
	}
	wait.Wait()
}

func TestStrayRequest(t *testing.T) {
	t.Parallel()
	response, err := newFunction(t, "stray", nil).Invoke(t.Context(), []byte("{}"))
	require.NoError(t, err)
	assert.Equal(t, "400", string(response))
}

func TestInvokeIsCancelled(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "function", nil)
	_, err := invoke(t, f, order{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	given := errors.New("given up")
	cancel(given)
	_, err = f.Invoke(ctx, []byte(`{"Do":"hang"}`))
	require.ErrorIs(t, err, given)
}

func TestClose(t *testing.T) {
	t.Parallel()
	read, write := io.Pipe()
	f := newFunction(t, "function", func(c *lambdahost.Config) { c.Log = write })
	result := make(chan error)
	go func() {
		_, err := f.Invoke(context.Background(), []byte(`{"Do":"hang"}`))
		result <- err
	}()
	line := make([]byte, len("started\n"))
	_, err := io.ReadFull(read, line) // the process is there
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, read) }()
	f.Close()
	require.ErrorIs(t, <-result, lambdahost.ErrClosed)
	require.NoError(t, write.Close())
	_, err = f.Invoke(t.Context(), []byte("{}"))
	require.ErrorIs(t, err, lambdahost.ErrClosed)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	f := lambdahost.New(lambdahost.Config{Bootstrap: "none"})
	t.Cleanup(f.Close)
	_, err := f.Invoke(t.Context(), []byte("{}"))
	require.ErrorContains(t, err, "invoke function: start the bootstrap: ")
	_, err = f.Invoke(t.Context(), make([]byte, lambdahost.PayloadLimit+1))
	require.ErrorContains(t, err, "invoke function: the event has 6291557 bytes, more than 6291556")
}

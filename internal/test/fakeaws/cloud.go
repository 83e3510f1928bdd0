package fakeaws

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// interpreter is moto with its interpreter of Step Functions, put right.
//
//go:embed interpreter.py
var interpreter []byte

// evaluator has JSONata evaluated by its reference implementation.
//
//go:embed jsonata.js
var evaluator []byte

// accountModule is MiniStack with its stacks' roles and policies put right.
//
//go:embed account.py
var accountModule []byte

// Cloud is an AWS account of its own: one endpoint, and the servers behind it.
type Cloud struct {
	router *httptest.Server
	// base is MiniStack, moto plays executions of state machines.
	base, moto  http.Handler
	baseAddress string
	transport   *http.Transport
	processes   []*process
	home        string
	notifier    queueNotifier
	attempts    attempts
	machines    machines
	// background are functions that nobody waits for; they end with life.
	ctx        context.Context
	cancel     context.CancelFunc
	background sync.WaitGroup

	mutex     sync.Mutex
	callers   map[string]*Caller
	functions map[string]Function
	overrides map[string]http.Handler
	judging   Judge
}

// openTime is how long a Cloud's servers may take: two seconds on an idle
// machine.
const openTime = 2 * time.Minute

// Open starts a Cloud on free ports of the loopback. The caller Closes it; the
// servers also end when this process does. It takes seconds, so share it between
// tests: each has access keys, and makes things with names, of its own.
func Open(ctx context.Context) (*Cloud, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, openTime, fmt.Errorf("not ready within %s", openTime))
	defer cancel()
	home, err := os.MkdirTemp("", "standin-")
	if err != nil {
		return nil, fmt.Errorf("open the stand-in's folder: %w", err)
	}
	c := &Cloud{
		home: home, callers: map[string]*Caller{}, functions: map[string]Function{}, overrides: map[string]http.Handler{},
		machines:  machines{definitions: map[string]string{}},
		notifier:  queueNotifier{channels: map[string]chan struct{}{}},
		attempts:  attempts{all: map[attemptID]*attempt{}, given: map[string][]string{}},
		transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512},
	}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	c.router = httptest.NewServer(http.HandlerFunc(c.serve))
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open a stand-in of AWS: %w", err), c.Close())
	}
	return c, nil
}

// start starts both servers, and waits for both.
func (c *Cloud) start(ctx context.Context) error {
	address, err := c.startMiniStack()
	if err != nil {
		return err
	}
	states, err := c.startInterpreter()
	if err != nil {
		return err
	}
	if c.base, err = forwardTo(address, c.transport); err != nil {
		return err
	}
	c.baseAddress = address
	if err := c.ask(ctx, http.MethodGet, "/_ministack/health"); err != nil {
		return err
	}
	endpoint, err := states.listening(ctx)
	if err != nil {
		return err
	}
	c.moto, err = forwardTo(endpoint, c.transport)
	return err
}

// startMiniStack starts MiniStack. It is given a socket that listens already,
// so the port is nobody else's and the first request waits until it is there.
// For its own address it is told the router's, through which all is to go.
func (c *Cloud) startMiniStack() (string, error) {
	python, err := Python()
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("open a port for MiniStack: %w", err)
	}
	defer listener.Close() // the process keeps its own
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		return "", fmt.Errorf("hand a port to MiniStack: %w", err)
	}
	defer socket.Close()
	host, port, err := net.SplitHostPort(c.router.Listener.Addr().String())
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(c.home, "account.py"), accountModule, 0o600); err != nil {
		return "", fmt.Errorf("write MiniStack's account: %w", err)
	}
	p, err := c.run(program{
		name: "MiniStack", path: python, listener: socket,
		// Without workers it serves in the process that ends with ours.
		arguments: []string{"-m", "hypercorn", "account:app", "--bind", "fd://3", "--workers", "0", "--keep-alive", "75"},
		environment: []string{
			"MINISTACK_HOST=" + host, "GATEWAY_PORT=" + port, "AWS_ENDPOINT_URL=" + c.router.URL,
			"MINISTACK_REGION=" + Region, "MINISTACK_ACCOUNT_ID=" + Account,
			"IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", // ports that are open to the network
			"LOG_LEVEL=WARNING", "PYTHONPATH=" + c.home, "PYTHONDONTWRITEBYTECODE=1",
		},
	})
	if err != nil {
		return "", err
	}
	c.processes = append(c.processes, p)
	return "http://" + listener.Addr().String(), nil
}

// startInterpreter starts moto. Its tasks call the router.
func (c *Cloud) startInterpreter() (*process, error) {
	python, err := Python()
	if err != nil {
		return nil, err
	}
	reference, err := installed("node/node_modules/jsonata")
	if err != nil {
		return nil, err
	}
	script := filepath.Join(c.home, "interpreter.py")
	if err := os.WriteFile(script, interpreter, 0o600); err != nil {
		return nil, fmt.Errorf("write moto's interpreter: %w", err)
	}
	if err := os.WriteFile(filepath.Join(c.home, "jsonata.js"), evaluator, 0o600); err != nil {
		return nil, fmt.Errorf("write the evaluator of JSONata: %w", err)
	}
	p, err := c.run(program{
		name: "moto", path: python, arguments: []string{script, "-H", "127.0.0.1", "-p", "0"},
		environment: []string{"TASK_ENDPOINT=" + c.router.URL, "MOTO_ACCOUNT_ID=" + Account, "AWS_DEFAULT_REGION=" + Region, "JSONATA=" + reference},
	})
	if err != nil {
		return nil, err
	}
	c.processes = append(c.processes, p)
	return p, nil
}

func (c *Cloud) run(p program) (*process, error) {
	p.home = filepath.Join(c.home, p.name)
	if err := os.Mkdir(p.home, 0o700); err != nil {
		return nil, fmt.Errorf("open a folder for %s: %w", p.name, err)
	}
	return start(p)
}

// Close ends the servers. No call may be under way.
func (c *Cloud) Close() error {
	c.cancel()
	c.background.Wait()
	c.router.CloseClientConnections()
	c.router.Close()
	for _, p := range c.processes {
		p.end()
	}
	c.transport.CloseIdleConnections()
	return os.RemoveAll(c.home)
}

// Reset has the servers forget all that they were told, and the router all
// callers, functions, players and its judge. No test may be under way.
func (c *Cloud) Reset(ctx context.Context) error {
	c.mutex.Lock()
	clear(c.callers)
	clear(c.functions)
	clear(c.overrides)
	c.judging = nil
	c.mutex.Unlock()
	c.machines.mutex.Lock()
	clear(c.machines.definitions)
	c.machines.mutex.Unlock()
	return errors.Join(c.ask(ctx, http.MethodPost, "/_ministack/reset"), c.askStates(ctx, "/moto-api/reset"))
}

// ask asks something of MiniStack itself. If the process ends first, its socket
// is closed and the request fails.
func (c *Cloud) ask(ctx context.Context, method, path string) error {
	request, err := http.NewRequestWithContext(ctx, method, c.baseAddress+path, nil)
	if err != nil {
		return err
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask MiniStack for %s: %w: %s", path, err, c.processes[0].output())
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ask MiniStack for %s: %s", path, response.Status)
	}
	return nil
}

func (c *Cloud) askStates(ctx context.Context, path string) error {
	recorder := httptest.NewRecorder()
	c.moto.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, http.MethodPost, path, nil))
	if recorder.Code != http.StatusOK {
		return fmt.Errorf("ask moto for %s: status %d", path, recorder.Code)
	}
	return nil
}

// Logs is the end of what each server printed.
func (c *Cloud) Logs() string {
	const longest = 4 << 10
	var text strings.Builder
	for _, p := range c.processes {
		output := p.output()
		fmt.Fprintf(&text, "== %s\n%s\n", p.name, output[max(0, len(output)-longest):])
	}
	return text.String()
}

// Endpoint is the address of all services.
func (c *Cloud) Endpoint() string { return c.router.URL }

// Environment is a program's environment in which it asks the Cloud as who has
// an access key: base without what is AWS's in it. No two tests use one key.
func (c *Cloud) Environment(base []string, accessKey string) []string {
	return environmentAs(base, c.router.URL, accessKey, Region)
}

// SessionEnvironment is that of a session of a role in a region. The role is given by its
// ARN.
func (c *Cloud) SessionEnvironment(base []string, accessKey, region, role string) []string {
	return append(environmentAs(base, c.router.URL, accessKey, region), "AWS_SESSION_TOKEN="+role)
}

// Caller is who has an access key. One of 12 digits would be another account.
func (c *Cloud) Caller(accessKey string) *Caller {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.callers[accessKey] == nil {
		c.callers[accessKey] = newCaller()
	}
	return c.callers[accessKey]
}

package e2e_test

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"golang.org/x/sys/unix"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// outage is how long a service fails, and an agent stops.
const outage = 4 * time.Second

// stage is a point of a job's life: a call of the agent, before or after it is made.
type stage struct {
	name, operation, about string
	after                  bool
	// nth is the call, from 1: in the middle of the jobs where there are several.
	nth int
}

// stages are in the order of a job's life.
func stages() []stage {
	return []stage{
		{name: "starting", operation: "UpdateItem", about: "#started", nth: 1},
		{name: "queued", operation: "ReceiveMessage", nth: 1},
		{name: "received", operation: "ReceiveMessage", after: true, nth: 1},
		{name: "claimed", operation: "PutItem", about: "executionArn", after: true, nth: 2},
		{name: "deleted", operation: "DeleteMessage", after: true, nth: 2},
		{name: "unpacking", operation: "GetObject", about: "shop.zip", nth: 1},
		{name: "running"},
		{name: "output written", operation: "SendTaskSuccess", nth: 2},
		{name: "reported", operation: "SendTaskSuccess", after: true, nth: 2},
	}
}

// fault goes wrong at a stage.
type fault struct {
	name string
	// strike is called once, at the stage.
	strike func(*cell)
	// ends means that the agent takes no more jobs, so that the runner's next one starts.
	ends bool
	// stays means that the fault does not end.
	stays bool
}

func faults() []fault {
	fails := func(name string, answer fakeaws.Answer, services ...string) fault {
		return fault{name: name, strike: func(c *cell) {
			c.plan(answer, services...)
			time.AfterFunc(outage, func() { c.plan(nil, services...) })
		}}
	}
	all := []string{"sqs", "states", "dynamodb", "s3"}
	unavailable := fakeaws.Error(http.StatusServiceUnavailable, "ServiceUnavailable")
	return []fault{
		{name: "the agent is killed", strike: (*cell).kill, ends: true},
		{name: "the agent is terminated", strike: func(c *cell) { c.signal(syscall.SIGTERM) }, ends: true},
		{name: "the agent stops for a while", strike: func(c *cell) {
			c.signal(syscall.SIGSTOP)
			time.AfterFunc(outage, func() { c.signal(syscall.SIGCONT) })
		}},
		{name: "the agent stops for a while, and another takes its place", strike: func(c *cell) {
			c.signal(syscall.SIGSTOP)
			time.AfterFunc(2*outage, func() { c.signal(syscall.SIGCONT) })
		}, ends: true},
		{name: "another agent takes its place", strike: func(*cell) {}, ends: true},
		fails("the network is cut", fakeaws.Reset, all...),
		fails("the network is slow", fakeaws.Delay(time.Second), all...),
		fails("all services throttle", fakeaws.Error(http.StatusBadRequest, "ThrottlingException"), all...),
		fails("the credentials have expired", fakeaws.Error(http.StatusForbidden, "ExpiredTokenException"), all...),
		fails("SQS fails", unavailable, "sqs"),
		fails("Step Functions fails", unavailable, "states"),
		fails("DynamoDB fails", unavailable, "dynamodb"),
		fails("S3 fails", unavailable, "s3"),
		{name: "answers are lost", strike: func(c *cell) { c.losing.Store(true); time.AfterFunc(outage, func() { c.losing.Store(false) }) }},
		{name: "an execution is stopped", strike: func(c *cell) {
			_, err := c.states.StopExecution(c.t.Context(), &sfn.StopExecutionInput{ExecutionArn: &c.executions[0]})
			assert.NoError(c.t, err)
		}},
		{name: "a message comes twice", strike: func(c *cell) {
			for _, body := range c.sent() {
				id := unique()
				_, err := c.queues.SendMessage(c.t.Context(), &sqs.SendMessageInput{
					QueueUrl: &c.queueURL, MessageBody: aws.String(body), MessageGroupId: &id, MessageDeduplicationId: &id,
				})
				assert.NoError(c.t, err)
			}
		}},
		{name: "receipts are stale", strike: func(c *cell) { c.stale.Store(true) }, stays: true},
		{name: "the disk is full", strike: func(c *cell) { c.limit(unix.RLIMIT_FSIZE, 0) }},
		{name: "no file descriptor is left", strike: func(c *cell) { c.limit(unix.RLIMIT_NOFILE, 8) }},
	}
}

// limit takes a resource from the agent and what it starts, for a while: no file grows,
// or none is opened. What it has, it keeps.
func (c *cell) limit(resource int, most uint64) {
	<-c.agent.begun
	pid := c.agent.process.Process.Pid
	var before unix.Rlimit
	assert.NoError(c.t, unix.Prlimit(pid, resource, nil, &before))
	assert.NoError(c.t, unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: before.Max}, nil))
	usual := unix.Rlimit{Cur: before.Max, Max: before.Max}                          // a limit may be in force already
	time.AfterFunc(outage, func() { _ = unix.Prlimit(pid, resource, &usual, nil) }) // it may have ended
}

// kill ends the agent. The call that it was at is not made.
func (c *cell) kill() {
	c.dead.Store(true)
	c.agent.kill()
}

func (c *cell) signal(s os.Signal) {
	<-c.agent.begun
	_ = c.agent.process.Process.Signal(s) // it may have ended
}

// plan has services answer with a fault; nil ends it.
func (c *cell) plan(answer fakeaws.Answer, services ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, service := range services {
		c.failing[service] = answer
	}
}

// isAt reports whether a call is the cell's stage.
func (c *cell) isAt(operation string, r *http.Request) bool {
	return operation == c.stage.operation && (c.stage.about == "" || isAbout(r, c.stage.about)) && int(c.calls.Add(1)) == c.stage.nth
}

// guard is the proxy before the stand-in, with the cell's plan of faults.
func (c *cell) guard() {
	for service, operations := range map[string][]string{
		"sqs":      {"ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"},
		"states":   {"SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"},
		"dynamodb": {"PutItem", "UpdateItem", "GetItem", "Query"},
		"s3":       {"GetObject", "PutObject"},
	} {
		for _, operation := range operations {
			c.agent.caller.On(operation, func(n int, w http.ResponseWriter, r *http.Request) bool {
				if !c.stage.after && c.isAt(operation, r) {
					c.strike()
				}
				if c.dead.Load() {
					panic(http.ErrAbortHandler)
				}
				if c.stale.Load() && operation == "DeleteMessage" {
					return fakeaws.Error(http.StatusBadRequest, "ReceiptHandleIsInvalid")(n, w, r)
				}
				c.mu.Lock()
				answer := c.failing[service]
				c.mu.Unlock()
				return answer != nil && answer(n, w, r)
			})
			c.agent.caller.After(operation, func(_ int, r *http.Request) {
				if c.stage.after && c.isAt(operation, r) {
					c.strike()
				}
				if c.dead.Load() || c.losing.Load() && !strings.HasPrefix(operation, "Get") {
					panic(http.ErrAbortHandler)
				}
			})
		}
	}
}

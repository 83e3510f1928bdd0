package system_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/apimodel"
	"github.com/attini-go/runner/internal/test/authz"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/fakecfn"
	"github.com/attini-go/runner/internal/test/fakeecs"
	"github.com/attini-go/runner/internal/test/lambdahost"
)

// shared is the account in which all tests deploy, since it takes seconds to set
// up. Each test has stacks with names of its own in it.
var shared account

// account is a region of an AWS account with the system installed.
type account struct {
	once sync.Once
	err  error

	region    string
	regions   *regions
	cloud     *fakeaws.Cloud
	authority *authz.Authority
	record    *authz.Record
	requests  apimodel.Requests
	cfnFake   *fakecfn.Service
	ecsFake   *fakeecs.Service
	transport *http.Transport
	folder    string
	// deadEvents is the name of the queue of events that functions did not take.
	deadEvents string
	functions  map[string]*lambdahost.Function
	logs       map[string]*safeBuffer
	clients
	refusals refusals
	deaths   deaths
	billed   billed
}

// clients ask as the tests do; stacks are changed as their deployer does.
type clients struct {
	stacks  *cloudformation.Client
	states  *sfn.Client
	tables  *dynamodb.Client
	queues  *sqs.Client
	objects *s3.Client
	tasks   *ecs.Client
}

// Access keys, by which calls are counted and callers known.
const (
	// keyTests is the tests' own, which look at everything, and install the system.
	keyTests = "AKIATESTS"
	// keyDeployer is who deploys users' stacks.
	keyDeployer = "AKIADEPLOYER"
	// keyOperator is a person's who may look at plans and change nothing.
	keyOperator = "AKIAOPERATOR"
	// keyECS is ECS's and EC2's own.
	keyECS   = "AKIAFLEET"
	keyAgent = "AKIAAGENT"
	// keyStates is the stand-in's, for the tasks of state machines.
	keyStates = "AKIASTATES"
)

// keyOf is the access key of a function, in each region.
func keyOf(function string) string {
	return "AKIA" + strings.ToUpper(strings.ReplaceAll(function, "-", ""))
}

// key is an access key in the region. Tests count the calls of those of the first region.
func (a *account) key(base string) string {
	if a.region == fakeaws.Region {
		return base
	}
	return base + strings.ToUpper(strings.ReplaceAll(a.region, "-", ""))
}

// arn is the ARN of something in the region.
func (a *account) arn(service, resource string) string {
	return "arn:" + fakeaws.Partition(a.region) + ":" + service + ":" + a.region + ":" + fakeaws.Account + ":" + resource
}

// open sets the account up when the first test wants it.
func open(t testing.TB) *account {
	t.Helper()
	shared.once.Do(func() { shared.err = shared.install(context.Background()) })
	require.NoError(t, shared.err)
	return &shared
}

func (a *account) install(ctx context.Context) (err error) {
	if a.folder, err = os.MkdirTemp("", "system-"); err != nil {
		return err
	}
	programs := make(chan error, 1)
	go func() { programs <- build(ctx, a.folder) }()
	a.cloud, err = fakeaws.Open(ctx)
	if err := errors.Join(err, <-programs); err != nil {
		return err
	}
	a.transport = &http.Transport{MaxIdleConnsPerHost: 64}
	a.regions = newRegions(a.cloud)
	a.cloud.SetJudge(a.requests.Judging(a.regions))
	a.cfnFake = fakecfn.New(a.cloud)
	a.cfnFake.SetPermits(a.regions.permits)
	a.region, a.record = fakeaws.Region, authz.NewRecord()
	if err := a.open(); err != nil {
		return err
	}
	return a.deploySystem(ctx, map[string]string{"LogLevel": "DEBUG", "DisableDownload": "true"})
}

// open makes the region ready for an installation.
func (a *account) open() error {
	if err := a.enforce(); err != nil {
		return err
	}
	config := a.config(keyTests)
	a.clients = clients{
		stacks: cloudformation.NewFromConfig(a.config(keyDeployer)), states: sfn.NewFromConfig(config), tables: dynamodb.NewFromConfig(config),
		queues: sqs.NewFromConfig(config), tasks: ecs.NewFromConfig(config),
		objects: s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }),
	}
	a.ecsFake = fakeecs.New(fakeecs.Config{
		Account: fakeaws.Account, Region: a.region, AWS: a.config(keyECS), Environment: a.container, Use: a.use,
		Emit: func(ctx context.Context, source, detailType string, detail []byte) {
			_ = a.cloud.PutEvent(ctx, a.region, source, detailType, detail) // the stand-in ends
		},
	})
	a.regions.add(a)
	return nil
}

// config asks the stand-in as who has an access key.
func (a *account) config(key string) aws.Config {
	return aws.Config{
		Region: a.region, BaseEndpoint: aws.String(a.cloud.Endpoint()),
		Credentials: credentials.NewStaticCredentialsProvider(key, "standin", ""),
		HTTPClient:  &http.Client{Transport: a.transport},
	}
}

// Names of Runners whose agents leave sooner: when they are idle for less than a
// Runner may say, and when they are of no use although they have just started.
const (
	restless = "Restless"
	settled  = "Settled"
)

// A restless agent stays for so many seconds after its start, which must be more
// than its queue hides what another agent has received.
const (
	restlessSettles = 3
	restlessHides   = 2
)

// container is what a container has over its own variables: the image has the
// agent on PATH.
func (a *account) container(task fakeecs.Task) []string {
	path := "PATH=" + filepath.Join(a.folder, "image") + ":/usr/local/bin:/usr/bin:/bin"
	own := []string{path}
	if task.Role != "" {
		own = append(own, a.cloud.SessionEnvironment(nil, a.key(keyAgent), a.region, task.Role)...)
	}
	switch {
	case strings.HasSuffix(task.Group, restless):
		return append(own, "ATTINI_RUNNER_IDLE_TTL=1", "ATTINI_SETTLE_TIME="+strconv.Itoa(restlessSettles))
	case strings.HasSuffix(task.Group, "-"+settled):
		return append(own, "ATTINI_SETTLE_TIME=0")
	}
	return own
}

func (a *account) close(failed bool) error {
	if a.cloud == nil {
		return os.RemoveAll(a.folder)
	}
	if failed {
		fmt.Fprintln(os.Stderr, a.cloud.Logs())
	}
	if a.ecsFake != nil { // the installation has got so far
		a.ecsFake.Close()
	}
	if a.cfnFake != nil {
		a.cfnFake.Close()
	}
	for _, f := range a.functions {
		f.Close()
	}
	a.transport.CloseIdleConnections()
	return errors.Join(a.cloud.Close(), os.RemoveAll(a.folder))
}

// safeBuffer is a log that several write.
type safeBuffer struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (b *safeBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(text)
}

func (b *safeBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

var _ io.Writer = (*safeBuffer)(nil)

package system_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/lambdahost"
)

// bootTime is how long the system's stack may take: several are deployed at once.
const bootTime = 5 * time.Minute

// releasesFunction is not run: no test downloads.
const releasesFunction = "ReleasesFunction"

// resources are the system's functions in template.yaml.
func resources() []string {
	return []string{"MacroFunction", "LifecycleFunction", "LauncherFunction", releasesFunction}
}

// build builds the functions as sam build does, and the agent into an image's
// folder.
func build(ctx context.Context, folder string) error {
	for _, resource := range resources() {
		if resource == releasesFunction {
			continue
		}
		into := filepath.Join(folder, resource)
		if err := os.Mkdir(into, 0o700); err != nil {
			return err
		}
		command := exec.CommandContext(ctx, "make", "-C", "../..", "build-"+resource, "ARTIFACTS_DIR="+into, "LAMBDA_ARCH="+runtime.GOARCH)
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", resource, err, output)
		}
	}
	command := exec.CommandContext(ctx, "go", "build", "-C", "../../agent", "-trimpath", "-ldflags", "-s -w -X main.commit=e2e",
		"-o", filepath.Join(folder, "image", "attini-runner"), "./cmd/attini-runner")
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build the agent: %w\n%s", err, output)
	}
	return nil
}

// system is the name of the system's stack, in which roles get theirs: those are the
// account's.
func (a *account) system() string {
	if a.region == fakeaws.Region {
		return "attini-runner"
	}
	return "attini-runner-" + a.region
}

// deploySystem deploys template.yaml with parameters, as sam deploy does, and has its
// functions run.
func (a *account) deploySystem(ctx context.Context, parameters map[string]string) error {
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		return err
	}
	template, problems := cfn.Read(text)
	if template == nil {
		return fmt.Errorf("read template.yaml: %v", problems)
	}
	bucket := "code-" + a.region
	if err := a.uploadCode(ctx, bucket); err != nil {
		return err
	}
	for _, resource := range resources() {
		template.At("Resources", resource, "Properties").Set("CodeUri", cfn.Str("s3://"+bucket+"/code"))
	}
	body, err := template.MarshalJSON()
	if err != nil {
		return err
	}
	stack := a.system()
	var given []types.Parameter
	for name, value := range parameters {
		given = append(given, types.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(value)})
	}
	installer := cloudformation.NewFromConfig(a.config(keyTests))
	_, err = installer.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName: aws.String(stack), TemplateBody: aws.String(string(body)),
		Capabilities: []types.Capability{types.CapabilityCapabilityAutoExpand, types.CapabilityCapabilityNamedIam},
		Parameters:   given,
	})
	if err != nil {
		return fmt.Errorf("deploy template.yaml: %w", err)
	}
	waiter := cloudformation.NewStackCreateCompleteWaiter(a.stacks, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, time.Second
	})
	if err := waiter.Wait(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stack)}, bootTime); err != nil {
		return fmt.Errorf("deploy template.yaml: %w", err)
	}
	found, err := a.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stack)})
	if err != nil {
		return fmt.Errorf("read the outputs of template.yaml: %w", err)
	}
	for _, output := range found.Stacks[0].Outputs {
		if aws.ToString(output.OutputKey) == "DeadEvents" {
			url := aws.ToString(output.OutputValue)
			a.deadEvents = url[strings.LastIndex(url, "/")+1:]
		}
	}
	return a.startFunctions(ctx, template)
}

func (a *account) startFunctions(ctx context.Context, template *cfn.Node) error {
	a.functions, a.logs = map[string]*lambdahost.Function{}, map[string]*safeBuffer{}
	for _, resource := range resources() {
		name := template.At("Resources", resource, "Properties", "FunctionName").Text
		if resource == releasesFunction {
			continue
		}
		configuration, err := a.cloud.FunctionConfiguration(ctx, a.region, name)
		if err != nil {
			return fmt.Errorf("read the function %s: %w", name, err)
		}
		environment := configuration.Environment
		if err := a.checkFunction(a.key(keyOf(name)), configuration, template.At("Resources", resource, "Properties").Has("DeadLetterQueue")); err != nil {
			return fmt.Errorf("create the function %s: %w", name, err)
		}
		for _, variable := range a.cloud.SessionEnvironment(nil, a.key(keyOf(name)), a.region, configuration.Role) {
			key, value, _ := strings.Cut(variable, "=")
			environment[key] = value
		}
		a.logs[name] = &safeBuffer{}
		function := lambdahost.New(lambdahost.Config{
			Bootstrap: filepath.Join(a.folder, resource, "bootstrap"), Name: name, Region: a.region, Partition: fakeaws.Partition(a.region), Account: fakeaws.Account,
			Environment: environment, Timeout: configuration.Timeout, Log: a.logs[name],
		})
		a.functions[name] = function
		invoke := fakeaws.Function(function.Invoke)
		if name == launcherName {
			invoke = a.deaths.mortal(invoke)
		}
		a.cloud.SetFunctionIn(a.region, name, a.billed.measured(name, invoke))
	}
	a.cloud.Caller(a.key(keyOf(launcherName))).On("RunTask", a.refusals.answer)
	a.cloud.Caller(a.key(keyOf(launcherName))).After("RunTask", a.refusals.after)
	for _, service := range []string{"cloudformation", "dynamodb", "states"} {
		a.cloud.Caller(a.key(keyOf(launcherName))).On(service, a.deaths.answer)
	}
	return nil
}

// launcherName is the launcher's function.
const launcherName = "attini-action"

// billed is how long functions have worked, by their name and what they were
// called for: a step, or an event.
type billed struct {
	mutex sync.Mutex
	times map[string][]time.Duration
}

func (b *billed) measured(name string, function fakeaws.Function) fakeaws.Function {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		begun := time.Now()
		answer, err := function(ctx, payload)
		worked := time.Since(begun)
		what := name + " step"
		if bytes.Contains(payload, []byte(`"Records"`)) {
			what = name + " check"
		}
		if bytes.Contains(payload, []byte(`"detail-type"`)) {
			what = name + " event"
		}
		b.mutex.Lock()
		defer b.mutex.Unlock()
		if b.times == nil {
			b.times = map[string][]time.Duration{}
		}
		b.times[what] = append(b.times[what], worked)
		return answer, err
	}
}

// since are the times that were measured after the first n.
func (b *billed) since(what string, n int) []time.Duration {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Clone(b.times[what][min(n, len(b.times[what])):])
}

// uploadCode puts an archive into a bucket. What is in it does not matter: lambdahost runs
// the functions, and MiniStack would keep the programs in memory.
func (a *account) uploadCode(ctx context.Context, bucket string) error {
	if _, err := a.objects.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		return err
	}
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	if _, err := writer.Create("bootstrap"); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	_, err := a.objects.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("code"), Body: bytes.NewReader(archive.Bytes())})
	return err
}

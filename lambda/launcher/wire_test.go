package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/bootstrap"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/lifecycle/lifecycletest"
	"github.com/attini-go/runner/transform"
)

const (
	wireStack   = "arn:aws:cloudformation:eu-west-1:111122223333:stack/dev-shop/1111"
	wireMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:Plan"
)

const wireTemplate = `
Parameters: {Size: {Type: Number, Default: 60}}
Conditions: {Never: !Equals [a, b]}
Resources:
  First: {Type: Attini::Deploy::Runner}
  Second: {Type: Attini::Deploy::Runner, Properties: {RunnerConfiguration: {MaxConcurrentJobs: 7, IdleTimeToLive: !Ref Size}}}
  Gone: {Type: Attini::Deploy::Runner, Condition: Never}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      PayloadDefaults: {customData: {count: 1.50, "on": true, size: !Ref Size, none: null}}
      DeploymentPlan:
        StartAt: A
        States:
          A: {Type: AttiniRunnerJob, Properties: {Runner: First, Commands: ["echo \"a\" \\ é"]}, Next: B}
          B: {Type: AttiniRunnerJob, Properties: {Runner: !Ref Second, Commands: [!Sub "echo ${Size}"]}, Next: C}
          C:
            Type: AttiniRunnerJob
            Properties: {Runner: Gone, Commands: [ls]}
            Catch: [{ErrorEquals: [RunnerConfigError], ResultPath: $.output.C, Next: D}]
            Next: D
          D: {Type: Pass, End: true}
`

// stack is a template that was expanded and deployed, as CloudFormation does,
// with the functions' own code behind its custom resources.
type stack struct {
	evaluator *cfn.Evaluator
	resources *cfn.Node
	lifecycle *lifecycletest.Fake
	account   *launchtest.Fake
	started   lifecycletest.Execution
}

func deployStack(t *testing.T, text string, parameters map[string]string) *stack {
	t.Helper()
	template, problems := cfn.Read([]byte(text))
	require.NoError(t, problems.Err())
	facts := transform.Facts{DefaultSubnets: []string{"subnet-0a1"}}
	expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template, Account: facts.Account()})
	require.NoError(t, problems.Err())

	s := &stack{resources: expanded.Get("Resources"), lifecycle: lifecycletest.NewFake(), account: launchtest.NewFake()}
	s.lifecycle.Resources = []string{wireMachine, "https://queue/First", "https://queue/Second"}
	deployed := time.Date(2026, 11, 23, 12, 0, 0, 500e6, time.UTC)
	l, err := lifecycle.New(lifecycle.Settings{ArtifactStore: "store", Now: func() time.Time { return deployed }}, s.lifecycle.Ports(), nil)
	require.NoError(t, err)
	values := cfn.Values{
		Parameters: parameters,
		Pseudo:     map[string]string{"AWS::StackName": "dev-shop", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::Partition": "aws"},
		References: map[string]string{"AttiniDeploymentPlanSfnPlan": wireMachine, "AttiniDeploymentPlanSfnPlan.Name": "Plan"},
	}
	for _, runner := range []string{"First", "Second"} {
		values.References["AttiniRunnerQueue"+runner] = "https://queue/" + runner
		values.References["AttiniRunnerSecurityGroup"+runner+".GroupId"] = "sg-0a1"
		s.evaluator, problems = cfn.NewEvaluator(expanded, values)
		require.NoError(t, problems.Err())
		id, err := l.PutRunner(t.Context(), lifecycle.ReadRunner(wireStack, runner, s.properties(t, runner)))
		require.NoError(t, err)
		values.References[runner+".ConfigurationId"] = id
		secret := s.lifecycle.Secrets["dev-shop-"+runner]
		assert.Equal(t, id, secret.WithCapability(s.account.Deploy(s.lifecycle.Runners["dev-shop-"+runner].Configuration)))
		s.account.SetSecret("dev-shop-"+runner, secret)
	}
	s.evaluator, problems = cfn.NewEvaluator(expanded, values)
	require.NoError(t, problems.Err())
	require.NoError(t, l.PutPlan(t.Context(), lifecycle.ReadPlan(wireStack, "1", s.properties(t, "AttiniDeploymentPlanSfnPlanTrigger"), nil)))
	s.lifecycle.Statuses[wireStack] = "CREATE_COMPLETE"
	require.NoError(t, l.StackChanged(t.Context(), lifecycle.StackEvent{StackID: wireStack, Status: "CREATE_COMPLETE", At: deployed.Add(time.Minute)}))
	require.Len(t, s.lifecycle.Started, 1)
	s.started = s.lifecycle.Started[0]
	for deployment, executions := range s.lifecycle.Executions {
		s.account.Begin(deployment, wireMachine, executions[wireMachine], s.lifecycle.Deployed[deployment][wireMachine])
	}
	return s
}

// properties are a resource's as a custom resource gets them: resolved, without
// nulls, every scalar a text.
func (s *stack) properties(t *testing.T, resource string) *cfn.Node {
	t.Helper()
	resolved, problems := s.evaluator.Evaluate(s.resources.At(resource, "Properties"), cfn.NewPath("Resources"))
	require.NoError(t, problems.Err())
	return texts(resolved)
}

func texts(n *cfn.Node) *cfn.Node {
	switch {
	case n.IsMap():
		object := cfn.Obj()
		for _, field := range n.Fields {
			if field.Value.Kind != cfn.Null {
				object.Set(field.Key, texts(field.Value))
			}
		}
		return object
	case n.IsList():
		list := cfn.Seq()
		for _, item := range n.Items {
			list.Items = append(list.Items, texts(item))
		}
		return list
	}
	return cfn.Str(n.Text)
}

// machine is the state machine, with its substitutions put in as CloudFormation
// does: as they are.
func (s *stack) machine(t *testing.T) *asl.Machine {
	t.Helper()
	properties := s.resources.At("AttiniDeploymentPlanSfnPlan", "Properties")
	definition, err := properties.Get("Definition").MarshalJSON()
	require.NoError(t, err)
	text := string(definition)
	for _, substitution := range properties.Get("DefinitionSubstitutions").Entries() {
		value, problems := s.evaluator.Evaluate(substitution.Value, cfn.NewPath("Resources"))
		require.NoError(t, problems.Err())
		text = strings.ReplaceAll(text, "${"+substitution.Key+"}", value.Text)
	}
	machine, err := asl.Parse([]byte(text))
	require.NoError(t, err)
	return machine
}

// run runs the plan in an execution; prewarm, if there is one, answers what is
// asked without waiting.
func (s *stack) run(t *testing.T, execution string, prewarm error) (*calls, json.RawMessage) {
	t.Helper()
	launcher, err := launch.New(launch.Settings{
		Account: "111122223333", Region: "eu-west-1", DeployDataTable: "deployments", ResourceStateTable: "states", ArtifactStore: "store",
		Agent: bootstrap.Agent{Version: "2.1.0"}, Bootstrap: bootstrap.Shell{},
	}, s.account.Ports(nil), nil)
	require.NoError(t, err)
	c := &calls{account: s.account, handler: handler{logger: slog.New(slog.DiscardHandler), launcher: launcher}, prewarm: prewarm}
	output, err := s.machine(t).Run(t.Context(), asl.Execution{
		ARN: execution, StateMachineARN: wireMachine, Input: json.RawMessage(s.started.Input), StartTime: time.Date(2026, 11, 23, 12, 2, 0, 0, time.UTC),
	}, asl.Options{Tasks: c})
	require.NoError(t, err)
	return c, output
}

// calls is the function, called as a state machine does, and the agents of the
// tasks that it runs.
type calls struct {
	account *launchtest.Fake
	handler handler
	prewarm error

	mu    sync.Mutex
	tasks map[string]int // by the step, when it began
}

func (c *calls) Do(ctx context.Context, task asl.Task) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tasks == nil {
		c.tasks = map[string]int{}
	}
	c.tasks[task.State] = len(c.account.Tasks())
	var call struct {
		InvocationType string
		Payload        json.RawMessage
	}
	if err := json.Unmarshal(task.Input, &call); err != nil {
		return nil, err
	}
	if call.InvocationType == "Event" && c.prewarm != nil {
		return nil, c.prewarm
	}
	if task.Token != "" {
		c.account.Wait(task.Token)
	}
	if _, err := c.handler.Invoke(ctx, call.Payload); err != nil || task.Token == "" {
		return map[string]any{"StatusCode": 202}, err
	}
	for _, running := range c.account.Tasks() {
		agent := c.account.Agent(running.ARN)
		agent.Start()
		agent.Work()
	}
	switch step := c.account.Step(task.Token); {
	case step.Failure != nil:
		return nil, &asl.Error{Name: step.Failure.Name, Cause: step.Failure.Cause}
	case !step.Succeeded:
		return nil, errors.New("nobody took the job")
	}
	return map[string]any{"ran": task.State}, nil
}

// TestWire: what the macro emits is what lifecycle and launcher read, with the
// types that the template's author gave.
func TestWire(t *testing.T) {
	t.Parallel()
	s := deployStack(t, wireTemplate, map[string]string{"Size": "120"})
	plan := s.lifecycle.Plans[wireMachine]
	assert.Equal(t, []lifecycle.Step{{Name: "A", Type: "AttiniRunnerJob"}, {Name: "B", Type: "AttiniRunnerJob"}, {Name: "C", Type: "AttiniRunnerJob"}}, plan.Steps)
	assert.Equal(t, []string{"First", "Second"}, plan.Runners)
	assert.Equal(t, configuration.RunnerConfiguration{MaxConcurrentJobs: 7, IdleTimeToLive: 120}, s.lifecycle.Runners["dev-shop-Second"].Configuration.Runner)
	var payload map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.started.Input), &payload))
	assert.Equal(t, map[string]any{"count": 1.5, "on": true, "size": "120", "none": nil}, payload["customData"])
	assert.Equal(t, map[string]any{"Size": "120"}, payload["stackParameters"])

	c, output := s.run(t, wireExecution(s.started.Name), nil)
	assert.Equal(t, map[string]int{"AttiniPrewarm": 0, "A": 1, "B": 2, "C": 2}, c.tasks, "when A begins, the task for B is there; A's own comes with it")
	payload["output"] = map[string]any{
		"A": map[string]any{"ran": "A"}, "B": map[string]any{"ran": "B"},
		"C": map[string]any{"Error": "RunnerConfigError", "Cause": `step "C": Runner "Gone" is not deployed, since its Condition is false; give the step's state machine the same Condition, or the step another Runner`},
	}
	want, err := json.Marshal(payload)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(output), "starting ahead leaves no trace")
}

func wireExecution(name string) string {
	return strings.Replace(wireMachine, "stateMachine", "execution", 1) + ":" + name
}

// TestPrewarmFails: the plan runs as it would without.
func TestPrewarmFails(t *testing.T) {
	t.Parallel()
	with := deployStack(t, wireTemplate, map[string]string{"Size": "120"})
	_, output := with.run(t, wireExecution(with.started.Name), nil)
	for _, name := range []string{"Lambda.TooManyRequestsException", "States.Timeout", "Lambda.ResourceNotFoundException"} {
		s := deployStack(t, wireTemplate, map[string]string{"Size": "120"})
		c, same := s.run(t, wireExecution(s.started.Name), &asl.Error{Name: name})
		assert.JSONEq(t, string(output), string(same), name)
		assert.Equal(t, 1, c.tasks["B"], "%s: nothing was started ahead", name)
	}
}

// TestStartedByHand: a person's execution runs as the deployment's does.
func TestStartedByHand(t *testing.T) {
	t.Parallel()
	s := deployStack(t, wireTemplate, map[string]string{"Size": "120"})
	_, output := s.run(t, wireExecution("by-hand"), nil)
	assert.Contains(t, string(output), `"ran":"B"`)
}

package lifecycle_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/lifecycle/lifecycletest"
)

const (
	machine    = "arn:aws:states:eu-west-1:111122223333:stateMachine:Plan-1"
	newMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:Plan-2"
)

func trigger(t testing.TB, arn, more string) *cfn.Node {
	t.Helper()
	read, err := cfn.ReadJSON([]byte(`{"StackName":"dev-shop","SfnName":"Plan","SfnArn":"` + arn + `","DeploymentPlanLogicalName":"Plan"` + more + `}`))
	require.NoError(t, err)
	return read
}

// plan is the trigger's request with an id.
func plan(t testing.TB, id, more string) lifecycle.PlanRequest {
	t.Helper()
	return lifecycle.ReadPlan(stackID, id, trigger(t, machine, more), nil)
}

const parameters = `,"Parameters":{"AttiniEnvironmentName":"dev","AttiniDistributionName":"shop","AttiniDistributionId":"7c9e","Subnets":["a","b"]}`

// happens is an event about the stack, so long after the deployment began.
func happens(status string, after time.Duration) lifecycle.StackEvent {
	return lifecycle.StackEvent{StackID: stackID, Status: status, At: began().Add(after).Truncate(time.Second)}
}

// changed has a stack change, and the event of that handled. After it the stack is
// deployed again.
func changed(t testing.TB, fake *lifecycletest.Fake, l *lifecycle.Lifecycle, event lifecycle.StackEvent) error {
	t.Helper()
	fake.Statuses[event.StackID] = event.Status
	defer delete(fake.Statuses, event.StackID)
	return l.StackChanged(t.Context(), event)
}

// TestPlanStarts: a plan starts with the documented payload when its stack is
// complete, once, and its execution is the deployment's before it is started.
func TestPlanStarts(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"CREATE_COMPLETE", "UPDATE_COMPLETE"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			l := open(t, fake)
			_, err := l.PutRunner(t.Context(), runner(t, `{`+network+`}`))
			require.NoError(t, err)
			request := plan(t, "1", parameters+`,"PayloadDefaults":{"customData":{"size":"<3>"},"own":"1"},"AttiniSteps":[{"name":"Job","type":"AttiniRunnerJob"}]`)
			for range 2 { // CloudFormation asks again
				require.NoError(t, l.PutPlan(t.Context(), request))
			}
			assert.Empty(t, fake.Started, "the stack is not complete")
			require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", time.Minute)))
			assert.Empty(t, fake.Started)
			for range 3 {
				require.NoError(t, changed(t, fake, l, happens(status, time.Minute)))
			}
			require.Len(t, fake.Started, 1)
			started := fake.Started[0]
			assert.JSONEq(t, `{
				"environment":"dev",
				"deploymentOriginData":{
					"environment":"dev","distributionName":"shop","distributionId":"7c9e","deploymentName":"dev-shop","deploymentTime":1795435200500,
					"objectIdentifier":"dev/shop/7c9e","stackName":"dev-shop",
					"deploymentSource":{"deploymentSourceBucket":"store","deploymentSourcePrefix":"dev/shop/7c9e/distribution-origin"},
					"version":null,"distributionTags":{},"samPackaged":false},
				"stackParameters":{"AttiniEnvironmentName":"dev","AttiniDistributionName":"shop","AttiniDistributionId":"7c9e","Subnets":"a,b"},
				"output":{},"dependencies":{},"customData":{"size":"<3>"},"own":"1"}`, started.Input)
			assert.Regexp(t, `^[A-Za-z0-9-]{1,80}$`, started.Name)
			assert.Equal(t, map[string]map[string]string{"dev-shop": {machine: strings.Replace(machine, "stateMachine", "execution", 1) + ":" + started.Name}}, fake.Executions)
			assert.Equal(t, map[string]map[string]time.Time{"dev-shop": {machine: began()}}, fake.Deployed, "the payload's deploymentTime")

			origin := lifecycle.Origin{Environment: "dev", DistributionName: "shop", DistributionID: "7c9e", ObjectIdentifier: "dev/shop/7c9e"}
			assert.Equal(t, origin, fake.Runners["dev-shop-Build"].Origin, "the agent reads it at its start")
			stored := fake.Plans[machine]
			assert.JSONEq(t, `{"customData":{"size":"<3>"},"own":"1"}`, string(stored.PayloadDefaults))
			assert.Equal(t, []lifecycle.Step{{Name: "Job", Type: "AttiniRunnerJob"}}, stored.Steps)
			assert.Equal(t, origin, stored.Origin)
			assert.Equal(t, []string{machine}, fake.Stacks["dev-shop"].StateMachines)
			assert.Equal(t, []string{"Build"}, fake.Stacks["dev-shop"].Runners)
			assert.Equal(t, "a,b", fake.Stacks["dev-shop"].Parameters["Subnets"])
		})
	}
}

// TestPlanStartsOncePerDeployment: each deployment that calls the trigger starts
// it, and nothing else does.
func TestPlanStartsOncePerDeployment(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	for i := range 3 {
		require.NoError(t, l.PutPlan(t.Context(), plan(t, fmt.Sprint(i), parameters)))
		require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE", time.Minute)))
		assert.Len(t, fake.Started, i+1)
	}
	require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE", time.Hour)), "one that did not change the trigger")
	assert.Len(t, fake.Started, 3)
}

// TestPlanNotStarted: not on a rollback, whichever way the stack goes; not by
// another stack's event; not by an event from before.
func TestPlanNotStarted(t *testing.T) {
	t.Parallel()
	cases := map[string][]lifecycle.StackEvent{
		"create rolls back":           {happens("ROLLBACK_IN_PROGRESS", time.Minute), happens("ROLLBACK_COMPLETE", 2*time.Minute)},
		"update rolls back":           {happens("UPDATE_ROLLBACK_IN_PROGRESS", time.Minute), happens("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", time.Minute), happens("UPDATE_ROLLBACK_COMPLETE", time.Minute)},
		"the rollback fails":          {happens("UPDATE_ROLLBACK_FAILED", time.Minute)},
		"the stack goes":              {happens("DELETE_IN_PROGRESS", time.Minute)},
		"and what comes after it":     {happens("UPDATE_ROLLBACK_COMPLETE", time.Minute), happens("UPDATE_COMPLETE", time.Hour)},
		"another of the same name":    {{StackID: otherStackID, Status: "CREATE_COMPLETE", At: began().Add(time.Minute)}},
		"the deployment before":       {happens("UPDATE_COMPLETE", -10*time.Second)},
		"a deployment that goes on":   {happens("UPDATE_IN_PROGRESS", time.Second), happens("CREATE_FAILED", time.Second)},
		"an event without any status": {happens("", time.Minute)},
	}
	for name, events := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			l := open(t, fake)
			require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", parameters)))
			for _, event := range events {
				require.NoError(t, changed(t, fake, l, event))
			}
			assert.Empty(t, fake.Started)
			assert.Empty(t, fake.Executions)
		})
	}
}

// TestRollbackBefore: a late event of the last rollback does not take back the
// deployment that runs now, and a failed stack that is deployed on starts.
func TestRollbackBefore(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", parameters)))
	require.NoError(t, changed(t, fake, l, happens("UPDATE_ROLLBACK_COMPLETE", -time.Minute)))
	require.NoError(t, changed(t, fake, l, happens("CREATE_FAILED", time.Minute)))
	require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE", time.Hour)))
	assert.Len(t, fake.Started, 1)
}

// TestPlanStartBrokenOff: whichever call fails, the event again does the rest,
// and nothing twice.
func TestPlanStartBrokenOff(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Starts", "SetExecution", "StartExecution", "DeleteStart"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			l := open(t, fake)
			require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", parameters)))
			fake.Fail = func(made string) error {
				if made == call {
					return errors.New("no answer")
				}
				return nil
			}
			require.ErrorContains(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)), "no answer")
			fake.Fail = nil
			for range 2 {
				require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
			}
			assert.Len(t, fake.Started, 1)
		})
	}
}

func TestRemovePlan(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", parameters)))
	require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
	require.NoError(t, l.PutPlan(t.Context(), plan(t, "2", parameters)))
	for range 2 {
		require.NoError(t, l.RemovePlan(t.Context(), plan(t, "3", parameters)))
	}
	assert.Empty(t, fake.Plans)
	assert.Empty(t, fake.Stacks)
	assert.Empty(t, fake.Executions)
	require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE", time.Minute)))
	assert.Len(t, fake.Started, 1)
	require.NoError(t, l.RemovePlan(t.Context(), lifecycle.ReadPlan(stackID, "4", nil, nil)), "one that never was there")
}

// TestOrigins: what the framework knows goes before the stack's parameters, and
// a stack without either goes by its own name, and has no archive.
func TestOrigins(t *testing.T) {
	t.Parallel()
	framework := lifecycle.Origin{Environment: "prod", DistributionName: "site", DistributionID: "1", ObjectIdentifier: "prod/site/site.zip#v1"}
	cases := map[string]struct {
		framework lifecycle.Origin
		more      string
		want      lifecycle.Origin
		object    string
	}{
		"framework": {framework, "", framework, "prod/site/site.zip#v1"},
		"both":      {framework, parameters, framework, "prod/site/site.zip#v1"},
		"parameters": {
			lifecycle.Origin{},
			parameters,
			lifecycle.Origin{Environment: "dev", DistributionName: "shop", DistributionID: "7c9e", ObjectIdentifier: "dev/shop/7c9e"},
			"dev/shop/7c9e",
		},
		"a distribution's name alone": {
			lifecycle.Origin{},
			`,"Parameters":{"AttiniDistributionName":"shop"}`,
			lifecycle.Origin{Environment: "default", DistributionName: "shop", DistributionID: "latest", ObjectIdentifier: "default/shop/latest"},
			"default/shop/latest",
		},
		"an environment alone": {
			lifecycle.Origin{},
			`,"Parameters":{"AttiniEnvironmentName":"dev","AttiniDistributionName":""}`,
			lifecycle.Origin{Environment: "dev", DistributionName: "dev-shop", DistributionID: "latest", ObjectIdentifier: "dev/dev-shop/latest"},
			"",
		},
		"a part of the framework's": {
			lifecycle.Origin{Environment: "prod"},
			parameters,
			lifecycle.Origin{Environment: "dev", DistributionName: "shop", DistributionID: "7c9e", ObjectIdentifier: "dev/shop/7c9e"},
			"dev/shop/7c9e",
		},
		"none": {
			lifecycle.Origin{},
			"",
			lifecycle.Origin{Environment: "default", DistributionName: "dev-shop", DistributionID: "latest", ObjectIdentifier: "default/dev-shop/latest"},
			"",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			fake.Stacks["dev-shop"] = &lifecycletest.Stack{Framework: c.framework}
			l := open(t, fake)
			require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", c.more)))
			assert.Equal(t, c.want, fake.Plans[machine].Origin)
			require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
			assert.Contains(t, fake.Executions, c.want.DeploymentName())
			var payload struct {
				Origin struct {
					Object *string `json:"objectIdentifier"`
					Source struct {
						Prefix string `json:"deploymentSourcePrefix"`
					} `json:"deploymentSource"`
				} `json:"deploymentOriginData"`
			}
			require.NoError(t, json.Unmarshal([]byte(fake.Started[0].Input), &payload))
			require.NotNil(t, payload.Origin.Object, "a path to it leads somewhere")
			assert.Equal(t, c.object, *payload.Origin.Object)
			assert.Equal(t, c.want.Environment+"/"+c.want.DistributionName+"/"+c.want.DistributionID+"/distribution-origin", payload.Origin.Source.Prefix, "where jobs put artifacts")
		})
	}
}

func TestPlanRefused(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 262_144)
	cases := map[string]struct{ more, want string }{
		"defaults that are a list":    {`,"PayloadDefaults":[1]`, "read PayloadDefaults: must be an object, not a list"},
		"defaults that are no JSON":   {`,"PayloadDefaults":"{secret"`, "read PayloadDefaults: its text is no JSON"},
		"a value without a place":     {`,"PayloadDefaults":"{\"a\":[]}","PayloadDefaultsValues":[{"Path":["a","0"],"Value":"x"}]`, "a path leads nowhere in PayloadDefaults"},
		"a value without a path":      {`,"PayloadDefaultsValues":[{"Value":"x"}]`, "a path leads nowhere in PayloadDefaults"},
		"defaults that are too large": {`,"PayloadDefaults":{"customData":"` + large + `"}`, "and Step Functions takes 262144"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			err := open(t, fake).PutPlan(t.Context(), plan(t, "1", c.more))
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "secret")
			assert.Empty(t, fake.Plans)
		})
	}
	err := open(t, newFake()).PutPlan(t.Context(), lifecycle.ReadPlan(stackID, "", nil, nil))
	require.EqualError(t, err, "read the plan's trigger: RequestId is missing\nSfnArn is missing; deploy the template with the macro again")
	err = open(t, newFake()).PutPlan(t.Context(), lifecycle.ReadPlan("", "", nil, nil))
	assert.EqualError(t, err, "read a request of CloudFormation: its StackId is not the id of a stack")
}

// TestDefaultsAsText: numbers stay numbers where the macro writes JSON.
func TestDefaultsAsText(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", `,"PayloadDefaults":"{\"customData\":{\"n\":12345678901234567890}}"`)))
	require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
	assert.Contains(t, fake.Started[0].Input, `"customData":{"n":12345678901234567890}`)
}

func TestReadStackEvent(t *testing.T) {
	t.Parallel()
	event, err := lifecycle.ReadStackEvent([]byte(`{"version":"0","source":"aws.cloudformation","account":"111122223333","id":"x","region":"eu-west-1",
		"detail-type":"CloudFormation Stack Status Change","time":"2026-11-23T12:01:00Z","resources":["` + stackID + `"],
		"detail":{"stack-id":"` + stackID + `","status-details":{"status":"CREATE_COMPLETE","status-reason":""},"client-request-token":""}}`))
	require.NoError(t, err)
	assert.Equal(t, lifecycle.StackEvent{StackID: stackID, Status: "CREATE_COMPLETE", At: time.Date(2026, 11, 23, 12, 1, 0, 0, time.UTC)}, event)
	for name, text := range map[string]string{
		"nothing": ``, "a list": `[]`, "another type": `{"detail-type":"ECS Task State Change","detail":{"stack-id":"x","status-details":{"status":"y"}}}`,
		"no stack": `{"detail-type":"CloudFormation Stack Status Change","detail":{"status-details":{"status":"y"}}}`,
		"no time":  `{"detail-type":"CloudFormation Stack Status Change","time":"secret","detail":{}}`,
	} {
		_, err := lifecycle.ReadStackEvent([]byte(text))
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "secret")
	}
}

// FuzzReadPlan: whatever CloudFormation sends is a plan whose payload is JSON
// and has the keys that a plan begins with, or an error.
func FuzzReadPlan(f *testing.F) {
	f.Add([]byte(`{"SfnArn":"` + machine + `","Parameters":{"a":["b"]},"PayloadDefaults":{"output":"x"}}`))
	f.Add([]byte(`{"SfnArn":"` + machine + `","PayloadDefaults":"{\"a\":[null]}","PayloadDefaultsValues":[{"Path":["a","0"]},{"Path":["a",[]],"Value":1}]}`))
	f.Add([]byte(`{"SfnArn":"` + machine + `","Parameters":[],"PayloadDefaults":"{}","AttiniSteps":[1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		properties, err := cfn.ReadJSON(text)
		if err != nil {
			return
		}
		fake := newFake()
		l := open(t, fake)
		request := lifecycle.ReadPlan(stackID, "1", properties, nil)
		if l.PutPlan(t.Context(), request) != nil || request.StateMachineARN != machine {
			return
		}
		require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
		require.Len(t, fake.Started, 1)
		var payload map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(fake.Started[0].Input), &payload))
		for _, key := range []string{"environment", "deploymentOriginData", "stackParameters", "output", "dependencies", "customData"} {
			assert.Contains(t, payload, key)
		}
	})
}

// TestDefaultsThatTheDeploymentKnows stand beside the text, each with its path;
// what turned out to be nothing goes.
func TestDefaultsThatTheDeploymentKnows(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", `,"PayloadDefaults":"{\"customData\":{\"n\":1.50,\"a\":null,\"gone\":null,\"list\":[true,null,null,3]}}",
		"PayloadDefaultsValues":[
			{"Path":["customData","a"],"Value":{"b":["c"]}}, {"Path":["customData","gone"]},
			{"Path":["customData","list","1"]}, {"Path":["customData","list","2"],"Value":"two"}]`)))
	require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
	assert.Contains(t, fake.Started[0].Input, `"customData":{"n":1.50,"a":{"b":["c"]},"list":[true,"two",3]}`)
}

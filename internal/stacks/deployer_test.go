package stacks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/stacks/stackstest"
)

const (
	execution = "arn:aws:states:eu-west-1:111122223333:execution:Plan:1"
	role      = "arn:aws:iam::111122223333:role/attini-stacks/shop"
)

// account is a Deployer in an account in memory.
type account struct {
	*stackstest.Fake
	*stacks.Deployer
	attempts int
}

func open() *account {
	fake := stackstest.New()
	fake.FilesOf["db.yaml"] = "Resources: {}"
	settings := stacks.Settings{Region: stackstest.Region, Account: stackstest.Account, StackRole: role}
	return &account{Fake: fake, Deployer: stacks.New(settings, fake.Ports(), nil)}
}

// ask asks as one more attempt of a step, and returns its token.
func (a *account) ask(t *testing.T, step, properties string) string {
	t.Helper()
	token, err := a.try(step, properties)
	require.NoError(t, err)
	return token
}

func (a *account) try(step, properties string) (string, error) {
	a.attempts++
	token := fmt.Sprintf("%s-%d", step, a.attempts)
	event, err := json.Marshal(map[string]any{
		"attiniActionType": "DeployCfn", "Properties": json.RawMessage(properties),
		"deploymentPlanExecutionMetadata": map[string]any{"sfnToken": token, "stepName": step, "executionArn": execution},
		"input": json.RawMessage(`{"deploymentOriginData": {"environment": "dev", "distributionName": "shop", "distributionId": "7",
			"deploymentSource": {"deploymentSourceBucket": "b", "deploymentSourcePrefix": "dev/shop/7/distribution-origin"}}}`),
	})
	if err != nil {
		return token, err
	}
	return token, a.Deploy(context.Background(), event)
}

// tell delivers the event of a stack that has come to rest.
func (a *account) tell(t *testing.T, event stacks.StackEvent) {
	t.Helper()
	require.NoError(t, a.StackChanged(t.Context(), event))
}

func (a *account) failure(t *testing.T, token string) (name, cause string) {
	t.Helper()
	require.NotNil(t, a.Answers[token].Failure, "the step does not fail: %v", a.Answers[token])
	return a.Answers[token].Failure.Name, a.Answers[token].Failure.Cause
}

const database = `{"StackName": "db", "Template": "/db.yaml"}`

func TestCreateUpdateAndNoChange(t *testing.T) {
	t.Parallel()
	a := open()
	a.DeclaredParameters = []stacks.Declared{{Name: "Size"}, {Name: "AttiniEnvironmentName"}}
	token := a.ask(t, "Db", `{"StackName": "db", "Template": "db.yaml", "Parameters": {"Size": 5, "Other": "dropped"}, "Tags": {"Team": "core"}}`)
	assert.Empty(t, a.Answers, "the step waits for CloudFormation")
	o := a.Operation(stackstest.Region, "db")
	assert.Equal(t, map[string]stacks.Value{"Size": {Text: "5"}, "AttiniEnvironmentName": {Text: "dev"}}, o.Parameters)
	assert.Equal(t, map[string]string{"Team": "core", "AttiniResourceType": "cloudformation-stack", "AttiniEnvironmentName": "dev", "AttiniDistributionName": "shop"}, o.Tags)
	assert.Equal(t, "Resources: {}", o.Template.Body)
	assert.Equal(t, role, o.Role)
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	assert.JSONEq(t, `{"Name": "db", "Operations": "1"}`, a.Answers[token].Output)

	token = a.ask(t, "Db", `{"StackName": "db", "Template": "/db.yaml", "Parameters": {"Size": "6"}, "OutputPath": "Db"}`)
	a.tell(t, a.Finish(stackstest.Region, "db", "UPDATE_COMPLETE"))
	assert.JSONEq(t, `{"Db": {"Name": "db", "Operations": "2"}}`, a.Answers[token].Output)

	token = a.ask(t, "Again", `{"StackName": "db", "Template": "/db.yaml", "Parameters": {"Size": "6"}}`)
	assert.JSONEq(t, `{"Name": "db", "Operations": "2"}`, a.Answers[token].Output, "no change is success at once")
	assert.Equal(t, []string{"CREATE db", "UPDATE db"}, a.Calls)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	t.Run("the first failing resource is the cause", func(t *testing.T) {
		t.Parallel()
		a := open()
		token := a.ask(t, "Db", database)
		a.tell(t, stacks.StackEvent{StackID: "arn:aws:cloudformation:eu-west-1:111122223333:stack/db/1", Status: "ROLLBACK_IN_PROGRESS"})
		assert.Empty(t, a.Answers, "the step ends after the rollback")
		a.tell(t, a.Finish(stackstest.Region, "db", "ROLLBACK_COMPLETE",
			stacks.Event{LogicalID: "Table", Type: "AWS::DynamoDB::Table", Status: "CREATE_FAILED", Reason: "Table already exists."},
			stacks.Event{LogicalID: "Queue", Type: "AWS::SQS::Queue", Status: "CREATE_FAILED", Reason: "Resource creation cancelled"},
			stacks.Event{LogicalID: "Topic", Type: "AWS::SNS::Topic", Status: "CREATE_FAILED", Reason: "Access denied"}))
		name, cause := a.failure(t, token)
		assert.Equal(t, "CREATE_FAILED", name)
		assert.Equal(t, "Table (AWS::DynamoDB::Table): Table already exists. The stack \"db\" is in ROLLBACK_COMPLETE.\nAlso: Topic (AWS::SNS::Topic): Access denied", cause)
	})
	t.Run("a refusal", func(t *testing.T) {
		t.Parallel()
		a := open()
		a.Refuses = &stacks.Refusal{Code: "AccessDenied", Message: "User is not authorized to perform: cloudformation:CreateStack"}
		name, cause := a.failure(t, a.ask(t, "Db", database))
		assert.Equal(t, "AccessDenied", name)
		assert.Contains(t, cause, "cloudformation:CreateStack")
		a.ask(t, "Db", database)
		assert.Equal(t, []string{"CREATE db"}, a.Calls, "a retry of the user's tries again")
	})
	t.Run("parameters without a value", func(t *testing.T) {
		t.Parallel()
		a := open()
		a.DeclaredParameters = []stacks.Declared{{Name: "Size"}, {Name: "Name"}, {Name: "Zone", HasDefault: true}}
		name, cause := a.failure(t, a.ask(t, "Db", database))
		assert.Equal(t, stacks.ErrorConfig, name)
		assert.Contains(t, cause, "Name, Size")
		assert.Empty(t, a.Calls, "nothing is changed")
	})
	t.Run("no template", func(t *testing.T) {
		t.Parallel()
		a := open()
		name, cause := a.failure(t, a.ask(t, "Db", `{"StackName": "db", "Template": "/other.yaml"}`))
		assert.Equal(t, stacks.ErrorConfig, name)
		assert.Contains(t, cause, "/other.yaml")
	})
	t.Run("a wrong type", func(t *testing.T) {
		t.Parallel()
		a := open()
		name, cause := a.failure(t, a.ask(t, "Db", `{"StackName": ["db"], "Parameters": {"A": {}}}`))
		assert.Equal(t, stacks.ErrorFormat, name)
		assert.Equal(t, "StackName must be a text; Parameters.A must be a text", cause)
	})
	t.Run("no role", func(t *testing.T) {
		t.Parallel()
		a := open()
		a.Deployer = stacks.New(stacks.Settings{Region: stackstest.Region, Account: stackstest.Account}, a.Ports(), nil)
		name, cause := a.failure(t, a.ask(t, "Db", database))
		assert.Equal(t, stacks.ErrorConfig, name)
		assert.Contains(t, cause, "StackRoleArn")
	})
	t.Run("a stack that is stuck", func(t *testing.T) {
		t.Parallel()
		a := open()
		a.ask(t, "Db", database)
		a.tell(t, a.Finish(stackstest.Region, "db", "UPDATE_ROLLBACK_FAILED"))
		name, cause := a.failure(t, a.ask(t, "Db", database))
		assert.Equal(t, "UPDATE_ROLLBACK_FAILED", name)
		assert.Contains(t, cause, "continue-update-rollback")
	})
}

// TestRecreate: a stack whose creation was rolled back is deleted and created anew.
func TestRecreate(t *testing.T) {
	t.Parallel()
	a := open()
	a.ask(t, "Db", database)
	a.tell(t, a.Finish(stackstest.Region, "db", "ROLLBACK_COMPLETE"))
	name, _ := a.failure(t, a.ask(t, "Db", database))
	assert.Equal(t, stacks.ErrorBusy, name)
	name, _ = a.failure(t, a.ask(t, "Db", database))
	assert.Equal(t, stacks.ErrorBusy, name, "it is being deleted")
	a.tell(t, a.Finish(stackstest.Region, "db", "DELETE_COMPLETE"))
	var token string
	for range 3 {
		if token = a.ask(t, "Db", database); a.Answers[token].Failure == nil {
			break
		}
		name, _ = a.failure(t, token)
		require.Equal(t, stacks.ErrorBusy, name)
	}
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	assert.NotEmpty(t, a.Answers[token].Output)
	assert.Equal(t, []string{"CREATE db", "DELETE db", "CREATE db"}, a.Calls)
}

func TestDelete(t *testing.T) {
	t.Parallel()
	const remove = `{"StackName": "db", "Action": "Delete"}`
	a := open()
	assert.Equal(t, "{}", a.Answers[a.ask(t, "Gone", remove)].Output, "a stack that does not exist is deleted")
	a.ask(t, "Db", database)
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	token := a.ask(t, "Gone", remove)
	assert.Empty(t, a.Answers[token])
	a.tell(t, a.Finish(stackstest.Region, "db", "DELETE_COMPLETE"))
	assert.Equal(t, "{}", a.Answers[token].Output)
}

// TestBusy: of two steps that want one stack, the second waits for the first.
func TestBusy(t *testing.T) {
	t.Parallel()
	a := open()
	first := a.ask(t, "First", database)
	name, cause := a.failure(t, a.ask(t, "Second", `{"StackName": "db", "Template": "db.yaml", "Tags": {"a": "b"}}`))
	assert.Equal(t, stacks.ErrorBusy, name)
	assert.Contains(t, cause, `"First"`)
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	assert.NotEmpty(t, a.Answers[first].Output)
	second := a.ask(t, "Second", `{"StackName": "db", "Template": "db.yaml", "Tags": {"a": "b"}}`)
	a.tell(t, a.Finish(stackstest.Region, "db", "UPDATE_COMPLETE"))
	assert.NotEmpty(t, a.Answers[second].Output)
}

// TestOtherRegion: no events come from there, so that the step asks again.
func TestOtherRegion(t *testing.T) {
	t.Parallel()
	const far = `{"StackName": "db", "Template": "db.yaml", "Region": "eu-central-1"}`
	a := open()
	for range 3 {
		name, _ := a.failure(t, a.ask(t, "Db", far))
		assert.Equal(t, stacks.ErrorBusy, name)
	}
	a.Finish("eu-central-1", "db", "CREATE_COMPLETE")
	assert.NotEmpty(t, a.Answers[a.ask(t, "Db", far)].Output)
	assert.Equal(t, []string{"CREATE db"}, a.Calls)
}

// TestLostEvent: the attempt after a heartbeat timeout answers from CloudFormation's own
// state, and waits on if the stack is not at rest. A retry of the user's after a failure is
// an operation of its own.
func TestLostEvent(t *testing.T) {
	t.Parallel()
	a := open()
	first := a.ask(t, "Db", database)
	a.Closed[first] = true
	second := a.ask(t, "Db", database)
	assert.Empty(t, a.Answers[second])
	lost := a.Finish(stackstest.Region, "db", "ROLLBACK_COMPLETE", stacks.Event{LogicalID: "T", Type: "X", Status: "CREATE_FAILED", Reason: "no"})
	a.Closed[second] = true
	third := a.ask(t, "Db", database)
	name, _ := a.failure(t, third)
	assert.Equal(t, "CREATE_FAILED", name)
	a.tell(t, lost) // late
	assert.Equal(t, []string{"CREATE db"}, a.Calls)
	name, _ = a.failure(t, a.ask(t, "Db", database))
	assert.Equal(t, stacks.ErrorBusy, name)
	assert.Equal(t, []string{"CREATE db", "DELETE db"}, a.Calls)
}

// TestNextAttemptWaits: the event answers the step's last attempt, not one that has ended.
func TestNextAttemptWaits(t *testing.T) {
	t.Parallel()
	a := open()
	a.Closed[a.ask(t, "Db", database)] = true
	second := a.ask(t, "Db", database)
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	assert.NotEmpty(t, a.Answers[second].Output)
}

// TestStopped: the stack of a step that was stopped comes to rest, and no error is made of it.
func TestStopped(t *testing.T) {
	t.Parallel()
	a := open()
	a.Closed[a.ask(t, "Db", database)] = true
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	assert.Empty(t, a.Answers)
}

func TestProtection(t *testing.T) {
	t.Parallel()
	a := open()
	a.ask(t, "Db", `{"StackName": "db", "Template": "db.yaml", "EnableTerminationProtection": true}`)
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	assert.True(t, *a.Operation(stackstest.Region, "db").Protection)
	a.ask(t, "Db", `{"StackName": "db", "Template": "db.yaml", "EnableTerminationProtection": "true"}`)
	a.ask(t, "Db", database)
	assert.Equal(t, []string{"CREATE db", "PROTECT db true"}, a.Calls, "without the property it stays")
}

// TestTwoAtOnce: two steps that look at a stack before either has begun. One begins, the other
// waits, whatever comes between its calls.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	const second = `{"StackName": "db", "Template": "db.yaml", "Tags": {"a": "b"}}`
	for _, call := range []string{"Stack 1", "Item 1", "Save 1", "Create 1"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			a := open()
			a.Between, a.During = call, func() {
				a.Between = ""
				first := a.ask(t, "First", database)
				if a.InProgress(stackstest.Region, "db") != "" {
					a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
					assert.NotEmpty(t, a.Answers[first].Output)
				}
			}
			token := a.ask(t, "Second", second)
			for range 5 {
				if a.InProgress(stackstest.Region, "db") == "UPDATE" {
					a.tell(t, a.Finish(stackstest.Region, "db", "UPDATE_COMPLETE"))
				}
				if a.InProgress(stackstest.Region, "db") == "CREATE" {
					a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
				}
				if a.Answers[token].Output != "" {
					return
				}
				name, cause := a.failure(t, token)
				require.Equal(t, stacks.ErrorBusy, name, cause)
				token = a.ask(t, "Second", second)
			}
			require.Fail(t, "the step has no answer")
		})
	}
}

package aws

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/truora/minidyn/server"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

func TestQueue(t *testing.T) {
	t.Parallel()
	porttest.Queue(t, func(t *testing.T) porttest.QueueFixture {
		far := memory.NewQueue()
		return porttest.QueueFixture{
			Queue: NewQueue(configure(t, simpleQueue(far)), "https://queue", quiet()), Lapses: true,
			Send:  func(_ testing.TB, body []byte) { far.Send(body) },
			Close: func(testing.TB) { far.Close() },
		}
	})
}

func TestReporter(t *testing.T) {
	t.Parallel()
	porttest.Reporter(t, func(t *testing.T) porttest.ReporterFixture {
		far := memory.NewReporter()
		var tokens atomic.Int64
		return porttest.ReporterFixture{
			Reporter: NewReporter(configure(t, stepFunctions(far)), quiet()),
			Open: func(testing.TB) (string, <-chan porttest.Answer) {
				token := fmt.Sprint("token", tokens.Add(1))
				return token, far.Open(token)
			},
			Close: func(_ testing.TB, token string) { far.Close(token) },
		}
	})
}

const (
	stateTable      = "AttiniResourceStatesV1"
	deploymentTable = "AttiniDeployDataV1"
)

// tables is DynamoDB with an empty resource-state and deployment table.
func tables(t testing.TB) (aws.Config, *dynamodb.Client) {
	t.Helper()
	far := server.NewServer()
	configuration := configure(t, http.HandlerFunc(far.ServeHTTP))
	client := dynamodb.NewFromConfig(configuration)
	for name, keys := range map[string][2]string{stateTable: {protocol.AttrResourceType, protocol.AttrName}, deploymentTable: {"deploymentName", "deploymentTime"}} {
		kind := types.ScalarAttributeTypeS
		if name == deploymentTable {
			kind = types.ScalarAttributeTypeN
		}
		_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{
				{AttributeName: aws.String(keys[0]), AttributeType: types.ScalarAttributeTypeS},
				{AttributeName: aws.String(keys[1]), AttributeType: kind},
			},
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String(keys[0]), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String(keys[1]), KeyType: types.KeyTypeRange},
			},
		})
		require.NoError(t, err)
	}
	return configuration, client
}

func TestClaims(t *testing.T) {
	t.Parallel()
	porttest.Claims(t, func(t *testing.T) porttest.ClaimsFixture {
		configuration, _ := tables(t)
		return porttest.ClaimsFixture{Of: func(_ testing.TB, task string) worker.Claims {
			return NewClaims(configuration, stateTable, "shop-Build", task, "", quiet())
		}}
	})
}

// runnerItem names the runner's task, as the launcher does.
func runnerItem(t testing.TB, client *dynamodb.Client, task string) {
	t.Helper()
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(stateTable), Item: item{
		protocol.AttrResourceType: stringAttr(protocol.TypeRunner), protocol.AttrName: stringAttr("shop-Build"), protocol.AttrTaskID: stringAttr(task), protocol.AttrStarted: boolAttr(false),
	}})
	require.NoError(t, err)
}

func TestRunnerState(t *testing.T) {
	t.Parallel()
	porttest.RunnerState(t, func(t *testing.T) porttest.RunnerStateFixture {
		configuration, client := tables(t)
		runnerItem(t, client, "arn:task/a")
		state := func(t testing.TB) item {
			found, err := read(t.Context(), client, stateTable, item{protocol.AttrResourceType: stringAttr(protocol.TypeRunner), protocol.AttrName: stringAttr("shop-Build")})
			require.NoError(t, err)
			return found
		}
		return porttest.RunnerStateFixture{
			State:   NewRunnerItem(configuration, stateTable, "shop-Build", "arn:task/a", quiet()),
			Replace: func(t testing.TB) { runnerItem(t, client, "arn:task/b") },
			Started: func(t testing.TB) bool { return state(t)[protocol.AttrStarted].(*types.AttributeValueMemberBOOL).Value },
			Retired: func(t testing.TB) bool { return stringOf(state(t)[protocol.AttrRetiredTaskID]) == "arn:task/a" },
		}
	})
}

// TestMessageFilterOfOtherExecutions: one that a person started runs for as long as
// the execution that its message names is the deployment's.
func TestMessageFilterOfOtherExecutions(t *testing.T) {
	t.Parallel()
	configuration, client := tables(t)
	runnerItem(t, client, "arn:task/a")
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(deploymentTable), Item: item{
		"deploymentName": stringAttr("dev-shop"), "deploymentTime": numberAttr(0),
		"executionArns": &types.AttributeValueMemberM{Value: item{"machine": stringAttr("arn:execution:current"), "odd": stringAttr("")}},
	}})
	require.NoError(t, err)
	admission := NewMessageFilter(configuration, NewMetadata(""), NewRunnerItem(configuration, stateTable, "shop-Build", "arn:task/a", quiet()), deploymentTable, 0)
	for deployment, want := range map[string]worker.Decision{"arn:execution:current": worker.Accept, "arn:execution:over": worker.Discard, "": worker.Discard} {
		verdict, err := admission.Check(t.Context(), &protocol.Message{
			Origin:   protocol.DeploymentOrigin{Environment: "dev", DistributionName: "shop"},
			Metadata: protocol.ExecutionMetadata{ExecutionARN: "arn:execution:by-hand", DeploymentExecutionARN: deployment},
		})
		require.NoError(t, err)
		assert.Equal(t, want, verdict, deployment)
	}
}

// TestMessageFilterRefusesMalformedMessages: the step must learn about them, which it
// would not if they were discarded or left to others.
func TestMessageFilterRefusesMalformedMessages(t *testing.T) {
	t.Parallel()
	configuration, client := tables(t)
	runnerItem(t, client, "arn:task/a")
	filter := NewMessageFilter(configuration, NewMetadata(""), NewRunnerItem(configuration, stateTable, "shop-Build", "arn:task/a", quiet()), deploymentTable, 0)
	message, err := protocol.ParseMessage([]byte(`{"Properties":{"Commands":[]},"deploymentPlanExecutionMetadata":{"sfnToken":"t"}}`))
	require.NoError(t, err)
	_, err = filter.Check(t.Context(), message)
	require.ErrorIs(t, err, worker.ErrRefused)
	for _, missing := range []string{"executionArn", "deploymentOriginData", "taskConfigHashCode"} {
		assert.ErrorContains(t, err, missing)
	}
}

func TestMessageFilter(t *testing.T) {
	t.Parallel()
	porttest.MessageFilter(t, func(t *testing.T) porttest.MessageFilterFixture {
		configuration, client := tables(t)
		runnerItem(t, client, "arn:task/a")
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(deploymentTable), Item: item{
			"deploymentName": stringAttr("dev-shop"), "deploymentTime": numberAttr(0),
			"executionArns": &types.AttributeValueMemberM{Value: item{"AttiniDeploymentPlanSfnPlan": stringAttr("arn:execution:current")}},
		}})
		require.NoError(t, err)
		runner := NewRunnerItem(configuration, stateTable, "shop-Build", "arn:task/a", quiet())
		return porttest.MessageFilterFixture{
			Filter: NewMessageFilter(configuration, NewMetadata(""), runner, deploymentTable, -619745872),
			Message: func(t testing.TB, verdict worker.Decision) *protocol.Message {
				message := &protocol.Message{
					ConfigurationHash: -619745872,
					Origin:            protocol.DeploymentOrigin{Environment: "dev", DistributionName: "shop"},
					Metadata:          protocol.ExecutionMetadata{ExecutionARN: "arn:execution:current"},
				}
				switch verdict {
				case worker.Requeue:
					message.ConfigurationHash++
				case worker.Discard:
					message.Metadata.ExecutionARN = "arn:execution:over"
				case worker.Superseded:
					runnerItem(t, client, "arn:task/b")
				}
				return message
			},
		}
	})
}

package lint_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// TestRulesMatch gives events as AWS's documentation shows them to the patterns
// of the rules.
func TestRulesMatch(t *testing.T) {
	t.Parallel()
	cloud, err := fakeaws.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Close()) })

	stack := func(status string) string {
		return `{"stack-id": "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1", "status-details": {"status": "` + status + `", "status-reason": ""}, "client-request-token": ""}`
	}
	task := func(status, group string) string {
		return `{"clusterArn": "arn:c", "taskArn": "arn:t", "lastStatus": "` + status + `", "desiredStatus": "STOPPED", "group": "` + group + `", "startedBy": "i-1"}`
	}
	instance := func(status, attribute string) string {
		return `{"ec2InstanceId": "i-1", "agentConnected": true, "status": "` + status + `", "attributes": [{"name": "ecs.os-type", "value": "linux"}, {"name": "` + attribute + `", "value": "s-R"}]}`
	}
	execution := func(machine, status, reason string) string {
		return `{"stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:` + machine + `", "status": "` + status + `", "error": ` + reason + `}`
	}
	const plan, none = "AttiniDeploymentPlanSfnPlan-1A2B3C", "null"
	for _, test := range []struct {
		rule, source, kind string
		details            map[string]bool
	}{
		{"StackChanged", "aws.cloudformation", "CloudFormation Stack Status Change", map[string]bool{
			stack("CREATE_COMPLETE"): true, stack("UPDATE_COMPLETE"): true, stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"): false, stack("CREATE_IN_PROGRESS"): false, stack("CREATE_FAILED"): false,
			stack("ROLLBACK_COMPLETE"): true, stack("UPDATE_ROLLBACK_COMPLETE"): true, stack("UPDATE_ROLLBACK_FAILED"): true, stack("IMPORT_ROLLBACK_COMPLETE"): true, stack("DELETE_COMPLETE"): true,
		}},
		{"TaskStopped", "aws.ecs", "ECS Task State Change", map[string]bool{
			task("STOPPED", "attini-runner:s-R"): true, task("RUNNING", "attini-runner:s-R"): false, task("STOPPED", "service:attini-runner:s-R"): false, task("STOPPED", "family:a"): false,
		}},
		{"InstanceChanged", "aws.ecs", "ECS Container Instance State Change", map[string]bool{
			instance("ACTIVE", "runnerResourceName"): true, instance("DRAINING", "runnerResourceName"): false, instance("ACTIVE", "other"): false,
		}},
		{"StepUnanswered", "aws.states", "Step Functions Execution Status Change", map[string]bool{
			execution(plan, "FAILED", `"States.HeartbeatTimeout"`): true, execution(plan, "FAILED", `"States.Timeout"`): true, execution(plan, "TIMED_OUT", none): true,
			execution(plan, "FAILED", `"RuntimeError"`): false, execution(plan, "FAILED", none): false, execution(plan, "SUCCEEDED", none): false, execution("Other-1A2B3C", "TIMED_OUT", none): false,
		}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			t.Parallel()
			pattern := jsonOf(t, installation(t).At("Resources", test.rule, "Properties", "EventPattern"))
			for detail, want := range test.details {
				event := `{"version": "0", "id": "1", "account": "111122223333", "time": "2026-01-01T00:00:00Z", "region": "eu-west-1", "resources": [],
					"source": "` + test.source + `", "detail-type": "` + test.kind + `", "detail": ` + detail + `}`
				assert.Equal(t, want, matches(t, cloud.Endpoint(), pattern, event), detail)
			}
		})
	}
}

// matches is EventBridge's TestEventPattern.
func matches(t *testing.T, endpoint, pattern, event string) bool {
	t.Helper()
	body := marshal(t, map[string]string{"EventPattern": pattern, "Event": event})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AWSEvents.TestEventPattern")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIASTANDIN/20260101/"+fakeaws.Region+"/events/aws4_request, SignedHeaders=host, Signature=0")
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", text)
	var answer struct{ Result *bool }
	require.NoError(t, json.Unmarshal(text, &answer))
	require.NotNil(t, answer.Result, "%s", text)
	return *answer.Result
}

// TestRulesReachTheirFunctions: each may call its function, no other rule may,
// and what cannot be delivered is kept.
func TestRulesReachTheirFunctions(t *testing.T) {
	t.Parallel()
	template, rules := installation(t), 0
	senders := jsonOf(t, template.At("Resources", "DeadEventsPolicy", "Properties", "PolicyDocument"))
	permissions := map[string]*cfn.Node{}
	for _, resource := range template.Get("Resources").Entries() {
		if resource.Value.Get("Type").Text == "AWS::Lambda::Permission" {
			permissions[jsonOf(t, resource.Value.At("Properties", "SourceArn"))] = resource.Value.Get("Properties")
		}
	}
	for _, resource := range template.Get("Resources").Entries() {
		if resource.Value.Get("Type").Text != "AWS::Events::Rule" {
			continue
		}
		rules++
		arn := `{"Fn::GetAtt":["` + resource.Key + `","Arn"]}`
		assert.Contains(t, senders, arn, "%s may not send to the queue", resource.Key)
		permission := permissions[arn]
		require.NotNil(t, permission, "%s may call no function", resource.Key)
		assert.Equal(t, `"events.amazonaws.com"`, jsonOf(t, permission.Get("Principal")))
		assert.Equal(t, `{"Ref":"AWS::AccountId"}`, jsonOf(t, permission.Get("SourceAccount")))
		targets := resource.Value.At("Properties", "Targets").Items
		require.Len(t, targets, 1)
		function := permission.At("FunctionName", "Ref").Text
		assert.Equal(t, `{"Fn::GetAtt":["`+function+`","Arn"]}`, jsonOf(t, targets[0].Get("Arn")))
		assert.Equal(t, `{"Arn":{"Fn::GetAtt":["DeadEvents","Arn"]}}`, jsonOf(t, targets[0].Get("DeadLetterConfig")))
		assert.True(t, targets[0].Has("RetryPolicy"), resource.Key)
		assert.Equal(t, `{"Fn::GetAtt":["DeadEvents","Arn"]}`, jsonOf(t, template.At("Resources", function, "Properties", "DeadLetterQueue", "TargetArn")))
	}
	assert.Equal(t, 6, rules)
}

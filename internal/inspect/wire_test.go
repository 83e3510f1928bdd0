package inspect_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/internal/doctor"
	"github.com/attini-go/runner/internal/inspect"
)

// now is a whole second: DynamoDB, ECS and Step Functions write times in several ways.
func now() time.Time { return time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC) }

const (
	region    = "eu-west-1"
	arns      = "arn:aws:%s:eu-west-1:111122223333:%s"
	plan      = "shop-AttiniDeploymentPlanSfnPlan-1"
	stopped   = "arn:aws:ecs:eu-west-1:111122223333:task/attini-default/0123456789abcdef0123456789abcdef"
	current   = "arn:aws:ecs:eu-west-1:111122223333:task/attini-default/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	queueURL  = "https://sqs.eu-west-1.amazonaws.com/111122223333/shop-Build.fifo"
	taskRole  = "arn:aws:iam::111122223333:role/attini/build"
	startRole = "arn:aws:iam::111122223333:role/attini/start"
)

type object = map[string]any

// account is an account with the stack shop, its runner Build and an execution in which
// the step Test waits. It answers the SDK's requests in the format of each service. Its
// zero value is healthy, and has no execution that runs.
type account struct {
	uninstalled bool
	// launcher is what Lambda says of the launcher besides; reserved its concurrency.
	launcher object
	reserved *int
	lost     int
	status   string
	// events are the stack's, newest first.
	events []event
	// execution is its status, history its events.
	execution  string
	history    []object
	superseded bool
	// item overwrites attributes of the runner's item in the state table; deleted means that there is none.
	item         object
	deleted      bool
	unconfigured bool
	claims       []string
	visible      int
	held         int
	dead         int
	// tasks are those that ECS knows; log is the log of the one that has stopped.
	tasks      []object
	log        string
	definition object
	host       *instance
	subnets    []string
	routes     string
	// egress is the security group's rule, which allows all without one; "gone" without the group.
	egress    string
	untrusted bool
	denied    []string
	// errors are the refusals, code and message, of operations or of one about a queue.
	errors map[string][2]string
}

type event struct{ id, status, reason string }

type instance struct {
	state, code, reason   string
	registered, connected bool
}

// diagnose reads the account as runnerctl does.
func (a *account) diagnose(t *testing.T) (doctor.Observations, []doctor.Finding) {
	t.Helper()
	who := inspect.New(aws.Config{Region: region, HTTPClient: a, Credentials: aws.AnonymousCredentials{}, Retryer: func() aws.Retryer { return aws.NopRetryer{} }})
	observed, err := who.Observe(t.Context(), "shop", now())
	if err != nil {
		t.Fatal(err)
	}
	return observed, doctor.Diagnose(observed)
}

// Do implements aws.HTTPClient.
func (a *account) Do(r *http.Request) (*http.Response, error) {
	body := []byte{}
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	target := r.Header.Get("X-Amz-Target")
	_, operation, inJSON := strings.Cut(target, ".")
	form := url.Values{}
	switch {
	case inJSON:
	case strings.HasPrefix(r.URL.Path, "/2"): // Lambda's, by its version
		inJSON, operation = true, "GetFunctionC"+r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+2:]
		form.Set("FunctionName", strings.Split(r.URL.Path, "/")[3])
	default:
		form, _ = url.ParseQuery(string(body))
		operation = form.Get("Action")
	}
	var input object
	if inJSON {
		_ = json.Unmarshal(body, &input) // Lambda's calls have none
	}
	about, _ := input["QueueUrl"].(string)
	for _, asked := range []string{operation, operation + " " + path.Base(about)} {
		if refused, ok := a.errors[asked]; ok {
			return refusal(r, inJSON, refused), nil
		}
	}
	if !inJSON {
		if text := a.inXML(operation, form); text != "" {
			if !isHosts(r) { // EC2 has no element around its result
				text = fmt.Sprintf("<%sResult>%s</%[1]sResult>", operation, text)
			}
			return response(r, 200, "text/xml", fmt.Sprintf("<%sResponse>%s</%[1]sResponse>", operation, text)), nil
		}
		return refusal(r, false, [2]string{"ValidationError", "Stack with id " + form.Get("StackName") + " does not exist"}), nil
	}
	answer, err := json.Marshal(a.inJSON(operation, form.Get("FunctionName"), input))
	return response(r, 200, "application/x-amz-json-1.1", string(answer)), err
}

func response(r *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// refusal is an error in the format of its service.
func refusal(r *http.Request, inJSON bool, said [2]string) *http.Response {
	if inJSON {
		body, _ := json.Marshal(object{"__type": said[0], "message": said[1]})
		answer := response(r, 400, "application/x-amz-json-1.1", string(body))
		answer.Header.Set("X-Amzn-Errortype", said[0])
		return answer
	}
	text := fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", said[0], escaped(said[1]))
	if isHosts(r) {
		return response(r, 400, "text/xml", "<Response><Errors>"+text+"</Errors><RequestID>1</RequestID></Response>")
	}
	return response(r, 400, "text/xml", "<ErrorResponse>"+text+"<RequestId>1</RequestId></ErrorResponse>")
}

func isHosts(r *http.Request) bool { return strings.HasPrefix(r.URL.Host, "ec2.") }

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes all
	return b.String()
}

// inXML is the answer of CloudFormation, EC2 and IAM; "" if there is nothing of the name.
func (a *account) inXML(operation string, form url.Values) string {
	stack := form.Get("StackName")
	if operation != "DescribeStackResources" && stack == "attini-runner" && a.uninstalled {
		return ""
	}
	switch operation {
	case "DescribeStacks":
		status, output := a.status, ""
		if stack != "shop" {
			status, output = "UPDATE_COMPLETE", "<Outputs><member><OutputKey>DeadEvents</OutputKey><OutputValue>https://sqs.eu-west-1.amazonaws.com/111122223333/lost</OutputValue></member></Outputs>"
		}
		if status == "" {
			status = "CREATE_COMPLETE"
		}
		return fmt.Sprintf("<Stacks><member><StackName>%s</StackName><StackId>%s</StackId><CreationTime>2026-05-01T09:00:00Z</CreationTime><StackStatus>%s</StackStatus>%s</member></Stacks>", stack, stackID(stack), status, output)
	case "ListStackResources":
		resources := []string{"Launcher AWS::Lambda::Function attini-action", "Macro AWS::CloudFormation::Macro AttiniDeploymentPlan"}
		if stack == "shop" {
			resources = []string{"Build Custom::AttiniRunner shop-Build", "AttiniRunnerQueueBuild AWS::SQS::Queue " + queueURL, "AttiniRunnerDeadLetterQueueBuild AWS::SQS::Queue https://sqs.eu-west-1.amazonaws.com/111122223333/dead", "AttiniDeploymentPlanSfnPlan AWS::StepFunctions::StateMachine " + fmt.Sprintf(arns, "states", "stateMachine:"+plan)}
		}
		text := "<StackResourceSummaries>"
		for _, r := range resources {
			f := strings.Fields(r)
			text += fmt.Sprintf("<member><LogicalResourceId>%s</LogicalResourceId><ResourceType>%s</ResourceType><PhysicalResourceId>%s</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>", f[0], f[1], f[2])
		}
		return text + "</StackResourceSummaries>"
	case "DescribeStackEvents":
		text := "<StackEvents>"
		for _, e := range append(a.events, event{"shop", "CREATE_IN_PROGRESS", "User Initiated"}) {
			physical := e.id
			if e.id == "shop" {
				physical = stackID("shop")
			}
			text += fmt.Sprintf("<member><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>%s</PhysicalResourceId><ResourceStatus>%s</ResourceStatus><ResourceStatusReason>%s</ResourceStatusReason><Timestamp>2026-05-01T09:59:00Z</Timestamp></member>", e.id, physical, e.status, escaped(e.reason))
		}
		return text + "</StackEvents>"
	case "DescribeInstances":
		return fmt.Sprintf("<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState><name>%s</name></instanceState><stateReason><code>%s</code><message>%s</message></stateReason></item></instancesSet></item></reservationSet>", a.host.state, a.host.code, a.host.reason)
	case "GetRole":
		service := "ecs-tasks.amazonaws.com"
		if a.untrusted {
			service = "ec2.amazonaws.com"
		}
		return "<Role><AssumeRolePolicyDocument>" + url.QueryEscape(`{"Statement":[{"Effect":"Allow","Principal":{"Service":"`+service+`"},"Action":"sts:AssumeRole"}]}`) + "</AssumeRolePolicyDocument></Role>"
	case "SimulatePrincipalPolicy":
		text := "<EvaluationResults>"
		for i := 1; form.Has(fmt.Sprintf("ActionNames.member.%d", i)); i++ {
			action, decision := form.Get(fmt.Sprintf("ActionNames.member.%d", i)), "allowed"
			if slices.Contains(a.denied, action) {
				decision = "implicitDeny"
			}
			text += fmt.Sprintf("<member><EvalActionName>%s</EvalActionName><EvalDecision>%s</EvalDecision></member>", action, decision)
		}
		return text + "</EvaluationResults>"
	}
	return a.networkXML(operation)
}

func stackID(name string) string { return fmt.Sprintf(arns, "cloudformation", "stack/"+name+"/1") }

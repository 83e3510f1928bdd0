package authz

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
)

// facts are what a call does not say of the resources that it names.
type facts interface {
	// InstanceTags are an instance's tags; none where EC2 does not know it (any more).
	InstanceTags(id string) map[string]string
	// LaunchTemplate is a version of a launch template, TaskDefinition a task
	// definition by ARN or family. Where there is none the result is empty.
	LaunchTemplate(id, version string) LaunchTemplate
	TaskDefinition(name string) TaskDefinition
	// StackTags are a stack's, by name or id; none where it is not known.
	StackTags(stack string) map[string]string
	// HashKey is the name of a table's partition key; "" where there is no table.
	HashKey(table string) string
}

// LaunchTemplate is what RunInstances takes from one.
type LaunchTemplate struct {
	InstanceType, KeyName string
	// ProfileRole is the ARN of its instance profile's role.
	ProfileRole string
	// Image and SecurityGroups are ids.
	Image          string
	SecurityGroups []string
	// Tags are those of what it makes, by kind: instance, volume, ....
	Tags map[string]map[string]string
}

// TaskDefinition is what RunTask takes from one.
type TaskDefinition struct{ ARN, TaskRole, ExecutionRole string }

// place is where a call is made, for ARNs.
type place struct{ partition, region, account string }

// arn is the ARN of a resource in the account and region.
func (p place) arn(service, resource string) string {
	return p.arnIn(service, p.account, resource)
}

// arnIn is that of a resource of another account, or of none.
func (p place) arnIn(service, account, resource string) string {
	return "arn:" + p.partition + ":" + service + ":" + p.region + ":" + account + ":" + resource
}

// suffix is the domain of the partition's services.
func (p place) suffix() string {
	return fakeaws.Suffix(p.region)
}

// question makes the requests to IAM of one call.
type question struct {
	place
	facts facts
	call  fakeaws.Call
	asked []iam.Request
}

// none is the resource of actions that have none.
const none = "*"

// ask adds a request about the call's own action.
func (q *question) ask(resource string, context iam.Context) {
	q.askFor(q.call.Action(), resource, context)
}

// askFor adds a request about an action that the call needs besides.
func (q *question) askFor(action, resource string, context iam.Context) {
	q.asked = append(q.asked, iam.Request{Action: action, Resource: resource, Context: context})
}

// questions are the requests to IAM that a call is. A call that is not known in
// detail is its action on everything.
func (a *Authority) questions(call fakeaws.Call) []iam.Request {
	q := &question{place: a.place, facts: a.facts, call: call}
	services := map[string]func(*question){
		"sqs": (*question).sqs, "states": (*question).states, "dynamodb": (*question).dynamodb, "s3": (*question).s3, "ecs": (*question).ecs,
		"ec2": (*question).ec2, "ssm": (*question).ssm, "lambda": (*question).lambda, "cloudformation": (*question).cloudformation,
		"iam": (*question).iam, "logs": (*question).logs,
	}
	if service := services[call.Service]; service != nil {
		service(q)
	}
	if len(q.asked) == 0 {
		q.ask(none, nil)
	}
	return q.asked
}

// input reads a JSON call's body. What is not as expected stays empty; the
// service refuses it.
func (q *question) input(to any) {
	decoder := json.NewDecoder(bytes.NewReader(q.call.Body))
	_ = decoder.Decode(to) // see above
}

func (q *question) sqs() {
	var input struct {
		QueueURL  string `json:"QueueUrl"`
		QueueName string
	}
	q.input(&input)
	name := input.QueueName
	if input.QueueURL != "" {
		name = input.QueueURL[strings.LastIndex(input.QueueURL, "/")+1:]
	}
	if name != "" {
		q.ask(q.arn("sqs", name), nil)
	}
}

// states asks for the calls of Step Functions. A task token names no resource.
func (q *question) states() {
	var input struct{ StateMachineArn, ExecutionArn string }
	q.input(&input)
	switch {
	case strings.HasPrefix(q.call.Operation, "SendTask"):
		q.ask(none, nil)
	case input.ExecutionArn != "":
		q.ask(input.ExecutionArn, nil)
	case input.StateMachineArn != "":
		q.ask(input.StateMachineArn, nil)
	}
}

// ssm asks for parameters. AWS's own belong to no account.
func (q *question) ssm() {
	var input struct {
		Name  string
		Names []string
	}
	q.input(&input)
	if input.Name != "" {
		input.Names = append(input.Names, input.Name)
	}
	for _, name := range input.Names {
		account := q.account
		if strings.HasPrefix(name, "/aws/service/") {
			account = ""
		}
		q.ask(q.arnIn("ssm", account, "parameter/"+strings.TrimPrefix(name, "/")), nil)
	}
}

// lambda asks for a function, which the path names by name or ARN.
func (q *question) lambda() {
	_, rest, found := strings.Cut(q.call.Path, "/functions/")
	if !found {
		return
	}
	name, _, _ := strings.Cut(rest, "/")
	name = strings.ReplaceAll(name, "%3A", ":")
	if _, after, isARN := strings.Cut(name, ":function:"); isARN {
		name = after
	}
	q.ask(q.arn("lambda", "function:"+name), nil)
}

// logs asks for the stream that is read. Other calls are their action on everything.
func (q *question) logs() {
	var input struct {
		LogGroupName  string `json:"logGroupName"`
		LogStreamName string `json:"logStreamName"`
	}
	q.input(&input)
	if q.call.Operation == "GetLogEvents" {
		q.ask(q.arn("logs", "log-group:"+input.LogGroupName+":log-stream:"+input.LogStreamName), nil)
	}
}

// iam asks for a role, by name or, where policies are simulated, by ARN. A call by name
// does not say the role's path.
func (q *question) iam() {
	name, arn := q.call.Form.Get("RoleName"), q.call.Form.Get("PolicySourceArn")
	switch {
	case q.call.Operation == "GetRole" && name != "":
		q.ask("arn:"+q.partition+":iam::"+q.account+":role/"+name, nil)
	case q.call.Operation == "SimulatePrincipalPolicy" && arn != "":
		q.ask(arn, nil)
	}
}

package transform

import (
	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

func queuePolicyID(runner *schema.Runner) string { return "AttiniRunnerQueuePolicy" + runner.Name }

// queuePolicy keeps the roles of other runners from a runner's queue: the policy that
// all of them have permits every runner's queue, whose messages have payloads and task
// tokens. It denies to roles with a path, as runners' roles have. The functions of the
// installation have roles without one, which a reinstallation may name differently, and
// people who come by IAM Identity Center can still look into the queue.
func (x *expansion) queuePolicy(runner *schema.Runner) *cfn.Node {
	properties := runner.Resource.Get("Properties")
	own := x.choose(properties.Get("RoleArn"), func(given *cfn.Node) *cfn.Node {
		if given != nil {
			return given
		}
		return x.choose(properties.Get("TaskDefinitionArn"), func(definition *cfn.Node) *cfn.Node {
			if definition != nil { // its role is not known here
				return cfn.Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*")
			}
			return defaultRole()
		})
	})
	statement := cfn.Obj(
		cfn.F("Sid", cfn.Str("OwnRunner")),
		cfn.F("Effect", cfn.Str("Deny")),
		cfn.F("Principal", cfn.Str("*")),
		cfn.F("Action", cfn.Seq(cfn.Str("sqs:ReceiveMessage"), cfn.Str("sqs:DeleteMessage"), cfn.Str("sqs:ChangeMessageVisibility"))),
		cfn.F("Resource", cfn.GetAtt(queueID(runner), "Arn")),
		cfn.F("Condition", cfn.Obj(
			cfn.F("ArnLike", cfn.Obj(cfn.F("aws:PrincipalArn", cfn.Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*/*")))),
			cfn.F("ArnNotLike", cfn.Obj(cfn.F("aws:PrincipalArn", cfn.Seq(
				own,
				cfn.Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-reserved/*"),
			)))),
		)),
	)
	document := cfn.Obj(cfn.F("Version", cfn.Str("2012-10-17")), cfn.F("Statement", cfn.Seq(statement)))
	t := new(typed)
	return t.resource(
		&sqs.QueuePolicy{Queues: []string{t.placeholder(cfn.Ref(queueID(runner)))}},
		whole(document, "PolicyDocument"),
	)
}

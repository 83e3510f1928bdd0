package leastprivilege

import (
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// name notes what Ref and GetAtt of a resource come to.
func (r *resolver) name(resource cfn.Field, references map[string]string) {
	properties := resource.Value.Get("Properties")
	named := func(property string) string {
		if text := r.text(properties.Get(property)); text != "" {
			return text
		}
		return stackName + "-" + resource.Key + "-" + random
	}
	v := r.variant
	regional := func(service, rest string) string {
		return "arn:" + v.Partition + ":" + service + ":" + v.Region + ":" + v.Account + ":" + rest
	}
	ref, arn := resource.Key, ""
	switch kind := resource.Value.Get("Type").Text; kind {
	case "AWS::IAM::Role":
		path := r.text(properties.Get("Path"))
		if path == "" {
			path = "/"
		}
		ref = named("RoleName")
		arn = "arn:" + v.Partition + ":iam::" + v.Account + ":role" + path + ref
	case "AWS::IAM::ManagedPolicy":
		ref = "arn:" + v.Partition + ":iam::" + v.Account + ":policy/" + named("ManagedPolicyName")
		arn = ref
	case "AWS::Serverless::Function", "AWS::Lambda::Function":
		ref = named("FunctionName")
		arn = regional("lambda", "function:"+ref)
	case "AWS::DynamoDB::Table":
		ref = named("TableName")
		arn = regional("dynamodb", "table/"+ref)
	case "AWS::S3::Bucket":
		ref = strings.ToLower(named("BucketName"))
		arn = "arn:" + v.Partition + ":s3:::" + ref
	case "AWS::SQS::Queue":
		ref = named("QueueName")
		arn = regional("sqs", ref)
		references[resource.Key+".QueueName"] = ref
	case "AWS::Events::Rule":
		ref = named("Name")
		arn = regional("events", "rule/"+ref)
	case "AWS::Logs::LogGroup":
		ref = "/aws/cloudformation/" + stackName + "/" + resource.Key
		arn = regional("logs", "log-group:"+ref+":*")
	}
	references[resource.Key] = ref
	references[resource.Key+".Arn"] = arn
}

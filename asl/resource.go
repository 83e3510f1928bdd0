package asl

import (
	"regexp"
	"slices"
	"strings"
)

// integrationARN is an ARN of a service integration: arn:aws:states:::lambda:invoke.waitForTaskToken.
var integrationARN = regexp.MustCompile(`^arn:[^:]+:states:::(.*)$`)

// isSync reports whether a resource waits for a job's end.
func isSync(resource string) bool {
	return strings.HasSuffix(resource, ".sync") || strings.HasSuffix(resource, ".sync:2")
}

// checkResource reports a service integration that Step Functions does not have. Other resources, and whether a service has an API that aws-sdk
// names, cannot be told from here.
func (o *object) checkResource(at *location, resource string) {
	if o.express {
		o.checkExpress(at, resource)
	}
	if _, computed := expressionOf(resource); computed {
		o.problemAt(at, RuleResource, "cannot be computed: Step Functions takes the ARN as it is written. Use a Choice state between two Task states")
		return
	}
	match := integrationARN.FindStringSubmatch(resource)
	if match == nil {
		return
	}
	name, pattern := match[1], ""
	if dot := strings.IndexByte(name, '.'); dot >= 0 {
		name, pattern = name[:dot], name[dot:]
	}
	service, action, _ := strings.Cut(name, ":")
	if service == "aws-sdk" {
		o.checkSDK(at, action, pattern)
		return
	}
	if o.integrations == nil {
		o.integrations = integrations()
	}
	actions := o.integrations[service]
	switch i := slices.IndexFunc(actions, func(i integration) bool { return i.action == action }); {
	case service == "" || action == "":
		o.problemAt(at, RuleResource, "want arn:aws:states:::service:action, such as arn:aws:states:::lambda:invoke")
	case actions == nil:
		o.problemAt(at, RuleResource, "Step Functions has no integration of a service %q; write arn:aws:states:::aws-sdk:service:action for any other API", service)
	case i < 0:
		names := make([]string, len(actions))
		for n, known := range actions {
			names[n] = known.action
		}
		o.problemAt(at, RuleResource, "the integration of %s has no %q; %s (for any other API: arn:aws:states:::aws-sdk:service:action)", service, action, suggestion(action, names))
	case pattern != "" && !slices.Contains(strings.Fields(actions[i].patterns), pattern):
		o.problemAt(at, RuleResource, "%s does not support %s%s", name, pattern, actions[i].supported())
	}
}

// sdkCall is a service, as its API for Java is named, and an action that begins with a small letter.
var sdkCall = regexp.MustCompile(`^[a-z0-9]+:[a-z][A-Za-z0-9]*$`)

func (o *object) checkSDK(at *location, call, pattern string) {
	switch {
	case !sdkCall.MatchString(call):
		o.problemAt(at, RuleResource, "want arn:aws:states:::aws-sdk:service:action with the service in small letters and the action's first letter small, such as aws-sdk:s3:listBuckets")
	case pattern != "" && pattern != callback:
		o.problemAt(at, RuleResource, "aws-sdk:%s does not support %s (supported: .waitForTaskToken)", call, pattern)
	}
}

// integrated reports that the Resource of a part of a Map is not one of the integrations that do what it does.
func (o *object) integrated(does, resource string, names ...string) {
	match := integrationARN.FindStringSubmatch(resource)
	if resource == "" || match != nil && slices.Contains(names, match[1]) {
		return
	}
	const prefix = "arn:aws:states:::"
	o.problemAt(o.under("Resource", o.get("Resource")), RuleResource, "%s with %s, not with %s", does, prefix+strings.Join(names, " or "+prefix), resource)
}

var activityARN = regexp.MustCompile(`^arn:[^:]+:states:[^:]+:[^:]+:activity:`)

// checkExpress reports what an execution of type EXPRESS cannot call.
func (o *object) checkExpress(at *location, resource string) {
	const advice = "; an EXPRESS execution ends within five minutes and waits for nothing. Use ExecutionType STANDARD"
	switch {
	case strings.HasSuffix(resource, ".waitForTaskToken"):
		o.problemAt(at, RuleResource, "an EXPRESS execution does not support .waitForTaskToken%s", advice)
	case isSync(resource):
		o.problemAt(at, RuleResource, "an EXPRESS execution does not support .sync%s", advice)
	case activityARN.MatchString(resource):
		o.problemAt(at, RuleResource, "an EXPRESS execution does not support activities%s", advice)
	}
}

// integration is an action that Step Functions knows of a service, with the patterns it supports beside request and response.
type integration struct{ action, patterns string }

func (i integration) supported() string {
	if i.patterns == "" {
		return " or any other pattern; it answers at once"
	}
	return " (supported: " + strings.Join(strings.Fields(i.patterns), ", ") + ")"
}

const (
	job      = ".sync"
	callback = ".waitForTaskToken"
	both     = job + " " + callback
)

// integrations are the service integrations of the Step Functions guide, "Integrating optimized services".
func integrations() map[string][]integration {
	return map[string][]integration{
		"apigateway":       {{"invoke", callback}},
		"athena":           {{"startQueryExecution", job}, {"stopQueryExecution", ""}, {"getQueryExecution", ""}, {"getQueryResults", ""}},
		"batch":            {{"submitJob", both}},
		"bedrock":          {{"invokeModel", callback}, {"createModelCustomizationJob", both}},
		"codebuild":        {{"startBuild", job}, {"stopBuild", ""}, {"batchDeleteBuilds", ""}, {"batchGetReports", ""}, {"startBuildBatch", job}, {"stopBuildBatch", ""}, {"retryBuildBatch", job}, {"deleteBuildBatch", ""}},
		"databrew":         {{"startJobRun", job}},
		"dynamodb":         {{"getItem", ""}, {"putItem", ""}, {"updateItem", ""}, {"deleteItem", ""}},
		"ecs":              {{"runTask", both}},
		"eks":              {{"createCluster", both}, {"deleteCluster", both}, {"createNodegroup", both}, {"deleteNodegroup", both}, {"createFargateProfile", both}, {"deleteFargateProfile", both}, {"runJob", both}, {"call", callback}},
		"elasticmapreduce": {{"createCluster", job}, {"terminateCluster", job}, {"addStep", job}, {"cancelStep", ""}, {"setClusterTerminationProtection", ""}, {"modifyInstanceFleetByName", ""}, {"modifyInstanceGroupByName", ""}},
		"emr-containers":   {{"createVirtualCluster", ""}, {"deleteVirtualCluster", job}, {"startJobRun", job}},
		"emr-serverless":   {{"createApplication", job}, {"startApplication", job}, {"stopApplication", job}, {"deleteApplication", job}, {"startJobRun", job}, {"cancelJobRun", job}},
		"events":           {{"putEvents", callback}},
		"glue":             {{"startJobRun", job}},
		"http":             {{"invoke", ""}},
		"lambda":           {{"invoke", callback}},
		"mediaconvert":     {{"createJob", job}},
		"sagemaker":        {{"createEndpoint", ""}, {"createEndpointConfig", ""}, {"createHyperParameterTuningJob", job}, {"createLabelingJob", job}, {"createModel", ""}, {"createProcessingJob", job}, {"createTrainingJob", job}, {"createTransformJob", job}, {"updateEndpoint", ""}},
		"sns":              {{"publish", callback}},
		"sqs":              {{"sendMessage", callback}},
		"states":           {{"startExecution", both + " .sync:2"}},
	}
}

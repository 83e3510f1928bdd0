package transform

import (
	"cmp"
	"strconv"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/plan"
)

// stateMachine is the SAM state machine that a deployment plan becomes. The
// plan's own states keep their names and places; only the Attini steps in it
// become tasks.
func (x *expansion) stateMachine(p *plan.Plan, jobs []Assignment) *cfn.Node {
	runners := make(map[*plan.State]string, len(jobs))
	for _, job := range jobs {
		runners[job.State] = job.Runner
	}
	definition := p.Machine.Definition(func(state *plan.State) *cfn.Node {
		switch state.Type {
		case plan.JobType:
			return x.jobState(state, runners[state])
		case plan.MergeType:
			return x.mergeState(state)
		default:
			return nil
		}
	})
	properties := cfn.Obj(cfn.F("Definition", definition))
	setRole(properties, p)
	if p.PermissionsBoundary != nil {
		properties.Set("PermissionsBoundary", p.PermissionsBoundary.Clone())
	}
	properties.Set("Tags", cfn.Obj(cfn.F("AttiniProvider", cfn.Str("DeploymentPlan"))))
	if all := x.substitutions.with(p.DefinitionSubstitutions); len(all.Fields) > 0 {
		properties.Set("DefinitionSubstitutions", all)
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str("AWS::Serverless::StateMachine")))
	for _, field := range p.Resource.Fields {
		if field.Key != "Type" && field.Key != "Properties" {
			resource.Set(field.Key, field.Value.Clone())
		}
	}
	resource.Set("Metadata", metadata(p))
	resource.Set("Properties", properties)
	return resource
}

// setRole: RoleArn, or a role that SAM makes from Policies, or the default.
// SAM takes one of the two, never both.
func setRole(properties *cfn.Node, p *plan.Plan) {
	switch {
	case p.RoleArn != nil:
		properties.Set("Role", p.RoleArn.Clone())
	case p.Policies != nil:
		properties.Set("Policies", p.Policies.Clone())
	default:
		properties.Set("Role", cfn.Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/attini/attini-deployment-plan-default-role-${AWS::Region}"))
	}
}

// metadata is the plan's own, and the list of Attini steps that tools show.
func metadata(p *plan.Plan) *cfn.Node {
	steps := cfn.Seq()
	for state := range p.Machine.All() {
		if state.Type == plan.JobType || state.Type == plan.MergeType {
			steps.Items = append(steps.Items, cfn.Obj(
				cfn.F("name", cfn.Str(state.Name)), cfn.F("type", cfn.Str(state.Type))))
		}
	}
	result := p.Resource.Get("Metadata").Clone()
	if !result.IsMap() {
		result = cfn.Obj()
	}
	result.Set("AttiniSteps", steps)
	return result
}

// heartbeatSeconds is how long a step waits for a sign of life. The clock
// starts when the launcher has returned, so it covers the start of a task; an
// agent that dies is normally noticed by its ECS event, long before.
const heartbeatSeconds = 300

// jobState is the task that waits, with its token, for a runner to do the job.
func (x *expansion) jobState(state *plan.State, runner string) *cfn.Node {
	configurationID := x.substitutions.add("AttiniRunnerConfiguration"+runner, cfn.GetAtt(runner, "ConfigurationId"))
	properties := state.Job.Properties.Clone()
	properties.Set("Runner", cfn.Str(runner))
	for _, field := range properties.Fields {
		if field.Key != "Runner" {
			properties.Set(field.Key, x.substitutions.within(field.Value))
		}
	}
	task := x.launcherTask("lambda:invoke.waitForTaskToken", cfn.Obj(
		cfn.F(protocol.KeyActionType, cfn.Str(protocol.ActionExecuteRunner)),
		cfn.F(protocol.KeyRunnerConfig, cfn.Obj(
			cfn.F("Runner", cfn.Str(runner)),
			cfn.F("ConfigurationId", cfn.Str(configurationID)),
		)),
		cfn.F(protocol.KeyProperties, properties),
		cfn.F(protocol.KeyMetadata, cfn.Obj(
			cfn.F("executionArn.$", cfn.Str("$$.Execution.Id")),
			cfn.F("executionStartTime.$", cfn.Str("$$.Execution.StartTime")),
			cfn.F("sfnToken.$", cfn.Str("$$.Task.Token")),
			cfn.F("retryCounter.$", cfn.Str("$$.State.RetryCount")),
			cfn.F("stepName.$", cfn.Str("$$.State.Name")),
		)),
		// Whole, not key by key: a step before may have added keys, and the
		// lack of one must not fail the job.
		cfn.F(protocol.KeyInput+".$", cfn.Str("$")),
	))
	if bounded := state.Node.Has("HeartbeatSecondsPath") || endsBefore(state.Node, heartbeatSeconds); !bounded {
		task.Set("HeartbeatSeconds", cfn.Int(heartbeatSeconds))
	}
	task.Set("ResultPath", cfn.Str(state.OutputPath()))
	return keepUserKeys(task, state)
}

// endsBefore reports whether the step's own timeout may come before the given
// number of seconds: Step Functions wants a heartbeat shorter than the timeout.
func endsBefore(step *cfn.Node, seconds int) bool {
	if step.Has("TimeoutSecondsPath") {
		return true
	}
	timeout, err := strconv.Atoi(cmp.Or(step.Get("TimeoutSeconds"), cfn.Int(seconds+1)).Text)
	return err != nil || timeout <= seconds
}

// mergeState joins the results of a Parallel or Map into one payload. The
// state language cannot: its JsonMerge takes two objects, not a list.
func (x *expansion) mergeState(state *plan.State) *cfn.Node {
	task := x.launcherTask("lambda:invoke", cfn.Obj(
		cfn.F(protocol.KeyActionType, cfn.Str(protocol.ActionMergeOutput)),
		cfn.F(protocol.KeyBranches+".$", cfn.Str("$")),
	))
	task.Set("OutputPath", cfn.Str("$.Payload"))
	return keepUserKeys(task, state)
}

// launcherTask calls the launcher function. Only faults of the call itself
// are retried: what a job failed with is the plan's to retry or catch.
func (x *expansion) launcherTask(integration string, payload *cfn.Node) *cfn.Node {
	partition := x.substitutions.add("AttiniPartition", cfn.Ref("AWS::Partition"))
	launcher := x.substitutions.add("AttiniRunnerLauncher", functionARN(launcherFunction))
	return cfn.Obj(
		cfn.F("Type", cfn.Str("Task")),
		cfn.F("Resource", cfn.Str("arn:"+partition+":states:::"+integration)),
		cfn.F("Parameters", cfn.Obj(
			cfn.F("FunctionName", cfn.Str(launcher)),
			cfn.F("Payload", payload),
		)),
		cfn.F("Retry", cfn.Seq(cfn.Obj(
			cfn.F("ErrorEquals", cfn.Seq(
				cfn.Str("Lambda.ClientExecutionTimeoutException"),
				cfn.Str("Lambda.ServiceException"),
				cfn.Str("Lambda.AWSLambdaException"),
				cfn.Str("Lambda.SdkClientException"),
				cfn.Str("Lambda.TooManyRequestsException"),
			)),
			cfn.F("IntervalSeconds", cfn.Int(2)),
			cfn.F("MaxAttempts", cfn.Int(30)),
			cfn.F("BackoffRate", &cfn.Node{Kind: cfn.Number, Text: "1.2"}),
			cfn.F("MaxDelaySeconds", cfn.Int(60)),
		))),
	)
}

// keepUserKeys puts what the user wrote on the step over what we made: Next,
// End, Retry, Catch, TimeoutSeconds, Comment and the like.
func keepUserKeys(task *cfn.Node, state *plan.State) *cfn.Node {
	for _, field := range state.Node.Fields {
		if field.Key != "Type" && field.Key != "Properties" {
			task.Set(field.Key, field.Value.Clone())
		}
	}
	return task
}

package transform

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/schema"
)

// stateMachine is the SAM state machine that a deployment plan becomes. The
// plan's own states keep their names and places; only the Attini steps in it
// become tasks.
func (x *expansion) stateMachine(contents *Contents) *cfn.Node {
	p := contents.Plan
	runners := make(map[*plan.State]*schema.Runner, len(contents.Jobs))
	for _, job := range contents.Jobs {
		runners[job.State] = contents.runner(job.Runner)
	}
	handled := plan.HandledCauses(p)
	definition := p.Machine.Definition(func(state *plan.State) *cfn.Node {
		switch state.Type {
		case plan.JobType:
			return x.jobState(p, state, runners[state], handled[state], protocol.ActionExecuteRunner)
		case plan.PackageType:
			return x.jobState(p, state, runners[state], handled[state], protocol.ActionPackageSAM)
		case plan.CdkType:
			return x.jobState(p, state, runners[state], handled[state], protocol.ActionDeployCDK)
		case plan.DiffType:
			return x.jobState(p, state, runners[state], handled[state], protocol.ActionDiffCDK)
		case plan.CfnType, plan.SamType:
			return x.stackState(p, state)
		case plan.ApprovalType:
			return x.waitingState(p, state, protocol.ActionApproval)
		case plan.ImportType:
			return x.waitingState(p, state, protocol.ActionImport)
		case plan.MergeType:
			return x.mergeState(p, state)
		case plan.InvokeType:
			return x.invokeState(p, state)
		default:
			return nil
		}
	})
	x.addPrewarm(contents, definition)
	// All intrinsic functions of the definition, the user's own states' too.
	properties := cfn.Obj(cfn.F("Definition", x.substitutions.replaceIn(definition)))
	setRole(properties, p)
	if p.PermissionsBoundary != nil {
		properties.Set("PermissionsBoundary", p.PermissionsBoundary.Clone())
	}
	properties.Set("Tags", stateMachineTags(p))
	if all := x.substitutions.mergedWith(p.DefinitionSubstitutions); len(all.Fields) > 0 {
		properties.Set("DefinitionSubstitutions", all)
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str("AWS::Serverless::StateMachine")))
	copyAttributes(resource, p.Resource, "DependsOn")
	resource.Set("Metadata", metadata(p))
	resource.Set("Properties", properties)
	return resource
}

// stateMachineTags are the plan's, and the one by which tools find it.
func stateMachineTags(p *plan.Plan) *cfn.Node {
	tags := cfn.Obj()
	if p.Tags != nil {
		tags = p.Tags.Clone()
	}
	tags.Set(plan.ProviderTag, cfn.Str("DeploymentPlan"))
	return tags
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

// attiniSteps lists a plan's steps of Attini's own types.
func attiniSteps(p *plan.Plan) *cfn.Node {
	steps := cfn.Seq()
	for state := range p.Machine.All() {
		if kind, ok := listedType(state); ok {
			steps.Items = append(steps.Items, cfn.Obj(cfn.F("name", cfn.Str(state.Name)), cfn.F("type", cfn.Str(kind))))
		}
	}
	return steps
}

// listedType is a step's type as tools know it; those of added steps are the original
// framework's.
func listedType(state *plan.State) (kind string, ok bool) {
	switch {
	case state.Own != "":
		return state.Own, true
	case state.Type == plan.SamType:
		return plan.CfnType, true
	case state.Type == plan.DiffType:
		return plan.JobType, true
	}
	return state.Type, plan.IsTask(state.Type) || state.Type == "Choice" && state.AddedFor != ""
}

// metadata is the plan's own, and the list of Attini steps that tools show.
func metadata(p *plan.Plan) *cfn.Node {
	result := p.Resource.Get("Metadata").Clone()
	if !result.IsMap() {
		result = cfn.Obj()
	}
	result.Set("AttiniSteps", attiniSteps(p))
	return result
}

// heartbeatSeconds is how long a step waits for a sign of life. The clock
// starts when the launcher has returned, so it covers the start of a task; an
// agent that dies is normally noticed by its ECS event, long before.
const heartbeatSeconds = 300

// jobState is the task that waits, with its token, for a runner to do the job that
// action names. handled are the error names by cause that its plan handles.
func (x *expansion) jobState(p *plan.Plan, state *plan.State, runner *schema.Runner, handled []string, action string) *cfn.Node {
	properties := state.Job.Properties.Copy()
	properties.Delete(protocol.KeyRunner) // the reference has it
	config := x.runnerConfig(p, runner)
	if len(handled) > 0 {
		config.Text += "/" + protocol.JoinErrorNames(handled)
	}
	language := languageOf(p, state)
	task := x.launcherTask(language, tokenIntegration, cfn.Obj(
		cfn.F(protocol.KeyActionType, cfn.Str(action)),
		cfn.F(protocol.KeyRunnerConfig, config),
		cfn.F(protocol.KeyProperties, properties),
		stepMetadata(language),
		// Whole, not key by key: a step before may have added keys, and the
		// lack of one must not fail the job.
		language.input(protocol.KeyInput),
	))
	setHeartbeat(task, state)
	language.keepResult(task, state)
	return keepUserKeys(task, state)
}

// tokenIntegration is a call of a function whose step waits for its token.
const tokenIntegration = "lambda:invoke.waitForTaskToken"

// stepMetadata says which step of which execution asks.
func stepMetadata(language queryLanguage) cfn.Field {
	return language.contextList(protocol.KeyMetadata, "Execution.Id", "Execution.StartTime", "Task.Token", "State.RetryCount", "State.Name")
}

// setHeartbeat gives a step a heartbeat, unless its own timeout may be shorter.
func setHeartbeat(task *cfn.Node, state *plan.State) {
	if bounded := state.Node.Has("HeartbeatSecondsPath") || timesOutWithin(state.Node, heartbeatSeconds); !bounded {
		task.Set("HeartbeatSeconds", cfn.Int(heartbeatSeconds))
	}
}

// runnerConfig names a runner, and its configuration, to the launcher: the stack, the
// runner and the configuration's id in one text, since every step has it.
func (x *expansion) runnerConfig(p *plan.Plan, runner *schema.Runner) *cfn.Node {
	reference := cfn.Obj(cfn.F("Fn::Join", cfn.Seq(cfn.Str("/"), cfn.Seq(cfn.Ref("AWS::StackName"), cfn.Str(runner.Name), configurationID(p, runner)))))
	return cfn.Str(x.substitutions.add("AttiniRunner"+runner.Name, reference))
}

// configurationID is the id that the Runner's lifecycle function answers with.
// A Runner under a condition may not be there; its steps then carry none.
func configurationID(p *plan.Plan, runner *schema.Runner) *cfn.Node {
	id := cfn.GetAtt(runner.Name, "ConfigurationId")
	condition, ofPlan := runner.Resource.Get("Condition"), p.Resource.Get("Condition")
	if condition.IsString() && (!ofPlan.IsString() || ofPlan.Text != condition.Text) {
		id = cfn.Obj(cfn.F("Fn::If", cfn.Seq(cfn.Str(condition.Text), id, cfn.Str("none"))))
	}
	return id
}

// timesOutWithin reports whether the step's own timeout may come before the given
// number of seconds: Step Functions wants a heartbeat shorter than the timeout.
func timesOutWithin(step *cfn.Node, seconds int) bool {
	if step.Has("TimeoutSecondsPath") {
		return true
	}
	timeout, err := strconv.Atoi(cmp.Or(step.Get("TimeoutSeconds"), cfn.Int(seconds+1)).Text)
	return err != nil || timeout <= seconds
}

// mergeState joins the results of a Parallel or Map into one payload. The
// state language cannot: its JsonMerge takes two objects, not a list.
func (x *expansion) mergeState(p *plan.Plan, state *plan.State) *cfn.Node {
	language := languageOf(p, state)
	task := repeatable(x.launcherTask(language, "lambda:invoke", cfn.Obj(
		cfn.F(protocol.KeyActionType, cfn.Str(protocol.ActionMergeOutput)),
		language.input(protocol.KeyBranches),
	)))
	language.passPayload(task)
	return keepUserKeys(task, state)
}

// invokeState calls a function of the user's, as the step's Parameters say;
// without a Payload the function gets the step's whole input. What it answers
// is under result in the step's output, unless the step has a ResultSelector.
func (x *expansion) invokeState(p *plan.Plan, state *plan.State) *cfn.Node {
	language := languageOf(p, state)
	parameters := state.Node.Get(language.parameters()).Copy()
	if cfn.IsNoValue(parameters.Get("Payload")) {
		parameters.Delete("Payload")
	}
	if parameters.IsMap() && !parameters.Has("Payload") && !parameters.Has("Payload.$") {
		payload := language.input("Payload")
		parameters.Set(payload.Key, payload.Value)
	}
	task := x.lambdaTask(language, "lambda:invoke", parameters)
	language.keepAnswer(task, state)
	return keepUserKeys(task, state)
}

// launcherTask calls the launcher function.
func (x *expansion) launcherTask(language queryLanguage, integration string, payload *cfn.Node) *cfn.Node {
	launcher := x.substitutions.add("AttiniRunnerLauncher", functionARN(launcherFunction))
	return x.lambdaTask(language, integration, cfn.Obj(
		cfn.F("FunctionName", cfn.Str(launcher)),
		cfn.F("Payload", payload),
	))
}

// lambdaTask calls a function. Only faults of the call itself are retried: what
// a job failed with is the plan's to retry or catch.
func (x *expansion) lambdaTask(language queryLanguage, integration string, parameters *cfn.Node) *cfn.Node {
	partition := x.substitutions.add("AttiniPartition", cfn.Ref("AWS::Partition"))
	return cfn.Obj(
		cfn.F("Type", cfn.Str("Task")),
		cfn.F("Resource", cfn.Str("arn:"+partition+":states:::"+integration)),
		cfn.F(language.parameters(), parameters),
		cfn.F("Retry", cfn.Seq(
			// Waits of 1, 2, 4 ... 60 seconds, a quarter of an hour in all.
			cfn.Obj(
				cfn.F("ErrorEquals", cfn.Seq(
					cfn.Str("Lambda.ClientExecutionTimeoutException"),
					cfn.Str("Lambda.ServiceException"),
					cfn.Str("Lambda.SdkClientException"),
					cfn.Str("Lambda.TooManyRequestsException"),
				)),
				cfn.F("MaxAttempts", cfn.Int(20)),
				cfn.F("MaxDelaySeconds", cfn.Int(60)),
			),
			// It is also the plan's role that may not call the function, which no
			// waiting mends, once a new role is known everywhere.
			cfn.Obj(cfn.F("ErrorEquals", cfn.Seq(cfn.Str("Lambda.AWSLambdaException")))),
		)),
	)
}

// keepUserKeys puts what the user wrote on the step over what we made: Next,
// End, Retry, Catch, TimeoutSeconds, Comment and the like.
func keepUserKeys(task *cfn.Node, state *plan.State) *cfn.Node {
	for _, field := range state.Node.Fields {
		if !slices.Contains([]string{"Type", "Properties", "Parameters", "Arguments"}, field.Key) && !cfn.IsNoValue(field.Value) {
			task.Set(field.Key, field.Value)
		}
	}
	return task
}

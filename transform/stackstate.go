package transform

import (
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// The attempts of a step that deploys a stack. A heartbeat timeout ends no operation: the
// next attempt asks CloudFormation how it stands, for 83 hours. IsExecuting is a stack that is
// busy, or in a region or account of which no events come: for 25 hours.
const (
	maxHeartbeats = 1000
	maxBusy       = 3000
	maxBusyDelay  = 30 // seconds
)

// stackState is the task that waits, with its token, for CloudFormation. Its own retriers
// are before the user's: they are no failures of the step.
func (x *expansion) stackState(p *plan.Plan, state *plan.State) *cfn.Node {
	task := x.waitingState(p, state, protocol.ActionDeployStack)
	own := cfn.Seq(retrier("IsExecuting", 3, maxBusy, "1.2"))
	own.Items[0].Set("MaxDelaySeconds", cfn.Int(maxBusyDelay))
	// A timeout of its own counts anew for each attempt, so that a heartbeat of ours would undo it.
	if !state.Node.Has("TimeoutSeconds") && !state.Node.Has("TimeoutSecondsPath") && !task.Has("HeartbeatSeconds") {
		setHeartbeat(task, state)
	}
	if task.Has("HeartbeatSeconds") || task.Has("HeartbeatSecondsPath") {
		own.Items = append(own.Items, retrier("States.HeartbeatTimeout", 1, maxHeartbeats, "1"))
	}
	calls := repeatable(x.lambdaTask(languageOf(p, state), tokenIntegration, cfn.Obj())).Get("Retry")
	own.Items = append(own.Items, calls.Items...)
	if users := state.Node.Get("Retry"); users.IsList() {
		own.Items = append(own.Items, users.Items...)
	}
	task.Set("Retry", own)
	return task
}

func retrier(name string, interval, attempts int, rate string) *cfn.Node {
	return cfn.Obj(
		cfn.F("ErrorEquals", cfn.Seq(cfn.Str(name))),
		cfn.F("IntervalSeconds", cfn.Int(interval)),
		cfn.F("MaxAttempts", cfn.Int(attempts)),
		cfn.F("BackoffRate", &cfn.Node{Kind: cfn.Number, Text: rate}),
	)
}

// waitingState is the task that waits, with its token, for what an action of the launcher
// comes to, however long that takes.
func (x *expansion) waitingState(p *plan.Plan, state *plan.State, action string) *cfn.Node {
	language := languageOf(p, state)
	properties := state.Node.Get("Properties")
	if properties == nil {
		properties = cfn.Obj()
	}
	task := repeatable(x.launcherTask(language, tokenIntegration, cfn.Obj(
		cfn.F(protocol.KeyActionType, cfn.Str(action)),
		cfn.F(protocol.KeyProperties, properties),
		stepMetadata(language),
		cfn.F(protocol.KeyStack, cfn.Str(x.substitutions.add("AttiniStackName", cfn.Ref("AWS::StackName")))),
		language.input(protocol.KeyInput),
	)))
	language.keepResult(task, state)
	return keepUserKeys(task, state)
}

// repeatable has a call of the launcher repeated if the launcher dies or runs out of time.
// A job's is not: the dead launcher may have queued the job.
func repeatable(task *cfn.Node) *cfn.Node {
	calls := task.Get("Retry").Items
	names := calls[len(calls)-1].Get("ErrorEquals")
	names.Items = append(names.Items, cfn.Str("Lambda.Unknown"), cfn.Str("Runtime.ExitError"), cfn.Str("Sandbox.Timedout"))
	return task
}

package transform

import (
	"strconv"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/quota"
	"github.com/attini-go/runner/schema"
)

const (
	// prewarmName is the name of the state that asks, prewarmEnd of the one
	// after it, unless a step has that name.
	prewarmName = "AttiniPrewarm"
	prewarmEnd  = "-End"
	// prewarmSeconds is how long an execution waits for the request to be
	// taken. It is asynchronous, so that takes a moment.
	prewarmSeconds = 10
	// mostAhead bounds the work, which is a walk through the plan for each
	// runner. Each becomes at least three resources, so a template with more
	// cannot be deployed.
	mostAhead = quota.Resources / 3
)

// prewarmRunners are the runners that are started ahead, in the order of the
// template: those that every path through the plan reaches, but for those with
// which it begins.
func prewarmRunners(contents *Contents) []*schema.Runner {
	p := contents.Plan
	if !p.Prewarm || len(contents.Runners) > mostAhead {
		return nil
	}
	assigned := make(map[*plan.State]string, len(contents.Jobs))
	for _, job := range contents.Jobs {
		assigned[job.State] = job.Runner
	}
	var ahead []*schema.Runner
	for _, runner := range contents.Runners {
		match := func(s *plan.State) bool { return assigned[s] == runner.Name }
		if p.Machine.AlwaysRuns(match) && !p.Machine.StartsWith(match) {
			ahead = append(ahead, runner)
		}
	}
	return ahead
}

// addPrewarm lets the definition begin with a state that has runners started and
// waits for none of them. Whatever becomes of the request, the next state gives
// the first step the execution's input, unchanged.
//
// ResultPath null would do that with one state less. But between this macro and
// SAM a template may go through AWS::LanguageExtensions, which takes out keys
// whose value is null; the steps would then get the answer for a payload.
func (x *expansion) addPrewarm(contents *Contents, definition *cfn.Node) {
	if !x.deployable {
		return
	}
	ahead := prewarmRunners(contents)
	if len(ahead) == 0 {
		return
	}
	runners := cfn.Seq()
	for _, runner := range ahead {
		runners.Items = append(runners.Items, x.runnerConfig(contents.Plan, runner))
	}
	name := unusedName(contents.Plan)
	language := languageOfPlan(contents.Plan)
	task := x.launcherTask(language, "lambda:invoke", cfn.Obj(
		cfn.F(protocol.KeyActionType, cfn.Str(protocol.ActionPrewarm)),
		cfn.F(protocol.KeyRunners, runners),
	))
	task.Get(language.parameters()).Set("InvocationType", cfn.Str("Event"))
	task.Delete("Retry")
	task.Set("Comment", cfn.Str("Starts runners ahead of their jobs; Prewarm: false on the plan leaves this out."))
	task.Set("TimeoutSeconds", cfn.Int(prewarmSeconds))
	task.Set("Catch", cfn.Seq(cfn.Obj(
		cfn.F("ErrorEquals", cfn.Seq(cfn.Str("States.ALL"))),
		cfn.F("Next", cfn.Str(name+prewarmEnd)),
	)))
	task.Set("Next", cfn.Str(name+prewarmEnd))
	input := language.executionInput()
	input.Set("Next", definition.Get("StartAt"))
	definition.Set("StartAt", cfn.Str(name))
	states := definition.Get("States")
	states.Fields = append([]cfn.Field{cfn.F(name, task), cfn.F(name+prewarmEnd, input)}, states.Fields...)
}

// unusedName is a name that, also with prewarmEnd behind it, no step of the plan
// has: names are unique in a state machine, nested ones too.
func unusedName(p *plan.Plan) string {
	taken := map[string]bool{}
	for state := range p.Machine.All() {
		taken[state.Name] = true
	}
	name := prewarmName
	for n := 2; taken[name] || taken[name+prewarmEnd]; n++ {
		name = prewarmName + strconv.Itoa(n)
	}
	return name
}

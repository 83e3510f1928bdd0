package transform

import (
	"encoding/json"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// queryLanguage writes what the made states take from their input and from the
// context object, in the language of the state: JSONata or JSONPath.
type queryLanguage struct{ jsonata bool }

func languageOf(p *plan.Plan, state *plan.State) queryLanguage {
	return queryLanguage{p.IsJSONata(state)}
}

func languageOfPlan(p *plan.Plan) queryLanguage { return queryLanguage{p.IsJSONata(nil)} }

// parameters is the field of what a task is given.
func (l queryLanguage) parameters() string {
	if l.jsonata {
		return "Arguments"
	}
	return "Parameters"
}

// contextList is a field with a list of values of the context object.
func (l queryLanguage) contextList(name string, paths ...string) cfn.Field {
	if l.jsonata {
		return cfn.F(name, cfn.Str("{% $states.context.["+strings.Join(paths, ", ")+"] %}"))
	}
	return cfn.F(name+".$", cfn.Str("States.Array($$."+strings.Join(paths, ", $$.")+")"))
}

// input is a field with the state's whole input.
func (l queryLanguage) input(name string) cfn.Field {
	if l.jsonata {
		return cfn.F(name, cfn.Str("{% $states.input %}"))
	}
	return cfn.F(name+".$", cfn.Str("$"))
}

// keepResult lets a task put its result where a step's output is in the payload.
func (l queryLanguage) keepResult(task *cfn.Node, state *plan.State) {
	if l.jsonata {
		keepOutput(task, state, "$states.result")
		return
	}
	task.Set("ResultPath", cfn.Str(state.OutputPath()))
}

// keepAnswer is keepResult for a function of the user's: what it answers, alone,
// is under result.
func (l queryLanguage) keepAnswer(task *cfn.Node, state *plan.State) {
	if l.jsonata {
		keepOutput(task, state, `{"result": $states.result.Payload}`)
		return
	}
	task.Set("ResultSelector", cfn.Obj(cfn.F("result.$", cfn.Str("$.Payload"))))
	task.Set("ResultPath", cfn.Str(state.OutputPath()))
}

// keepOutput makes the payload anew, with the step's output in its place.
func keepOutput(task *cfn.Node, state *plan.State, output string) {
	name, _ := json.Marshal(state.Name) // a text can always be written
	task.Set("Output", cfn.Str(`{% $merge([$states.input, {"output": $merge([$states.input.output, {`+string(name)+`: `+output+`}])}]) %}`))
}

// passPayload lets a task go on with what the function it calls returns.
func (l queryLanguage) passPayload(task *cfn.Node) {
	if l.jsonata {
		task.Set("Output", cfn.Str("{% $states.result.Payload %}"))
		return
	}
	task.Set("OutputPath", cfn.Str("$.Payload"))
}

// executionInput is a state that passes on the execution's input.
func (l queryLanguage) executionInput() *cfn.Node {
	state := cfn.Obj(cfn.F("Type", cfn.Str("Pass")))
	if l.jsonata {
		state.Set("Output", cfn.Str("{% $states.context.Execution.Input %}"))
		return state
	}
	state.Set("Parameters", cfn.Obj(cfn.F("input.$", cfn.Str("$$.Execution.Input"))))
	state.Set("OutputPath", cfn.Str("$.input"))
	return state
}

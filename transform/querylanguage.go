package transform

import (
	"encoding/json"

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

// context is a field with a value of the context object.
func (l queryLanguage) context(name, path string) cfn.Field {
	if l.jsonata {
		return cfn.F(name, cfn.Str("{% $states.context."+path+" %}"))
	}
	return cfn.F(name+".$", cfn.Str("$$."+path))
}

// input is a field with the state's whole input.
func (l queryLanguage) input(name string) cfn.Field {
	if l.jsonata {
		return cfn.F(name, cfn.Str("{% $states.input %}"))
	}
	return cfn.F(name+".$", cfn.Str("$"))
}

// keepResult lets a task put its result where a step's output is in the payload.
// In JSONata that is an Output, which makes the payload anew.
func (l queryLanguage) keepResult(task *cfn.Node, state *plan.State) {
	if l.jsonata {
		task.Set("Output", output(state, "$states.result"))
		return
	}
	task.Set("ResultPath", cfn.Str(state.OutputPath()))
}

// keepAnswer does so with what a function answers alone, under result, as the
// original's step gives it.
func (l queryLanguage) keepAnswer(task *cfn.Node, state *plan.State) {
	if l.jsonata {
		task.Set("Output", output(state, `{"result": $states.result.Payload}`))
		return
	}
	task.Set("ResultSelector", cfn.Obj(cfn.F("result.$", cfn.Str("$.Payload"))))
	task.Set("ResultPath", cfn.Str(state.OutputPath()))
}

// output is a step's payload with its result at output.Name.
func output(state *plan.State, result string) *cfn.Node {
	name, _ := json.Marshal(state.Name) // a text can always be written
	return cfn.Str(`{% $merge([$states.input, {"output": $merge([$states.input.output, {` + string(name) + `: ` + result + `}])}]) %}`)
}

// passPayload lets a task go on with what the function it calls returns.
func (l queryLanguage) passPayload(task *cfn.Node) {
	if l.jsonata {
		task.Set("Output", cfn.Str("{% $states.result.Payload %}"))
		return
	}
	task.Set("OutputPath", cfn.Str("$.Payload"))
}

// executionInput is a state that goes on with the execution's input.
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

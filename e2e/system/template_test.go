package system_test

import (
	"encoding/json"
	"maps"
)

// object is a part of a template.
type object map[string]any

// template is a user's template: one Runner, named Build, and a plan.
func template(runner, plan object) string { return templateOf("Build", runner, plan, nil) }

func templateOf(name string, runner, plan object, parameters object) string {
	return templateFor(object{name: runner}, object{"DefaultRunner": name, "DeploymentPlan": plan}, parameters)
}

// templateFor is a template with several Runners by their names.
func templateFor(runners, plan, parameters object) string {
	resources := object{"Plan": object{"Type": "Attini::Deploy::DeploymentPlan", "Properties": plan}}
	for name, runner := range runners {
		resources[name] = object{"Type": "Attini::Deploy::Runner", "Properties": runner}
	}
	whole := object{"Transform": []string{"AttiniDeploymentPlan", "AWS::Serverless-2016-10-31"}, "Resources": resources}
	if parameters != nil {
		whole["Parameters"] = parameters
	}
	text, err := json.Marshal(whole)
	if err != nil {
		panic(err) // never of what tests make
	}
	return string(text)
}

// job is a state whose job runs commands, with other fields.
func job(fields object, commands ...string) object {
	state := object{"Type": "AttiniRunnerJob", "Properties": object{"Commands": commands}}
	maps.Copy(state, fields)
	return state
}

// last is the state at the end of a plan.
func last() object { return object{"End": true} }

// one is a plan of one state.
func one(state object) object {
	return object{"StartAt": "Step", "States": object{"Step": state}}
}

// onCall is a plan that does nothing until it is started with "go" in its input:
// the deployment's own execution starts no runner.
func onCall(state object) object {
	return onCallOf(object{"Step": state}, object{"Variable": "$.go", "IsPresent": true, "Next": "Step"})
}

// onCallOf is onCall with several states; "go" says which.
func onCallOf(states object, choices ...object) object {
	for name := range states {
		if len(choices) < len(states) {
			choices = append(choices, object{"And": []object{{"Variable": "$.go", "IsPresent": true}, {"Variable": "$.go", "StringEquals": name}}, "Next": name})
		}
	}
	all := object{"Called": object{"Type": "Choice", "Choices": choices, "Default": "Done"}, "Done": object{"Type": "Succeed"}}
	maps.Copy(all, states)
	return object{"StartAt": "Called", "States": all}
}

// output is a command that makes a JSON text the job's output.
func output(json string) string { return "echo '" + json + "' > $ATTINI_OUTPUT" }

package transform_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func write(t testing.TB, template object) []byte {
	t.Helper()
	text, err := json.Marshal(template)
	require.NoError(t, err)
	return text
}

// object is an object of a template.
type object = map[string]any

func long(text string, bytes int) string { return strings.Repeat(text, bytes/len(text)) }

func repeat(n int, text func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(text(i))
	}
	return all.String()
}

func items(n int, value any) []any { return eachItem(n, func(int) any { return value }) }

func eachItem(n int, value func(i int) any) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = value(i)
	}
	return all
}

func numbered(n int, name string, value func(i int) any) object {
	return numberedBy(n, func(i int) string { return fmt.Sprint(name, i) }, value)
}

func numberedBy(n int, name func(i int) string, value func(i int) any) object {
	all := make(object, n)
	for i := range n {
		all[name(i)] = value(i)
	}
	return all
}

func runners(n int, name func(i int) string, properties func(i int) object) object {
	return numberedBy(n, name, func(i int) any {
		runner := object{"Type": "Attini::Deploy::Runner"}
		if properties != nil {
			runner["Properties"] = properties(i)
		}
		return runner
	})
}

// withRunners is a template with Runners, of which the plan uses another.
func withRunners(n int, properties func(i int) object) object {
	resources := runners(n, func(i int) string { return fmt.Sprint("r", i) }, properties)
	resources["Plan"] = planOf(runnerJob("", "ls"))
	return object{"Resources": resources}
}

func startup(commands []any) object { return object{"Startup": object{"Commands": commands}} }

// commands is a template with one job of these commands.
func commands(all ...any) object {
	return object{"Resources": object{"Plan": planOf(runnerJob("", all...))}}
}

func runnerJob(runner string, commands ...any) object {
	properties := object{"Commands": commands}
	if runner != "" {
		properties["Runner"] = runner
	}
	return object{"Type": "AttiniRunnerJob", "End": true, "Properties": properties}
}

func planOf(step object) object { return machineOf(object{"A": step}, "A") }

func machineOf(states object, start string) object {
	return object{"Type": "Attini::Deploy::DeploymentPlan", "Properties": object{"DeploymentPlan": object{"StartAt": start, "States": states}}}
}

// chain is a plan of steps that follow each other.
func chain(n int, step func(i int) object) object {
	states := numbered(n, "S", func(i int) any {
		state := step(i)
		if i+1 < n {
			delete(state, "End")
			state["Next"] = fmt.Sprint("S", i+1)
		}
		return state
	})
	return machineOf(states, "S0")
}

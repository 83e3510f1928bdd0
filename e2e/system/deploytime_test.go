package system_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestContainerMissing: that a task definition lacks the container is known when
// the stack is deployed, and fails it.
func TestContainerMissing(t *testing.T) {
	t.Parallel()
	a := open(t)
	definition := a.ownDefinition(t, types.NetworkModeAwsvpc, types.CompatibilityFargate)
	s := a.create(t, templateOf("Build", object{"TaskDefinitionArn": object{"Ref": "Definition"}, "ContainerName": "man"}, one(job(last(), "true")),
		object{"Definition": object{"Type": "String"}}), "Definition="+definition)
	s.rests(t, cloudformationtypes.StackStatusRollbackComplete)
	reasons := s.reasons(t)
	assert.Contains(t, reasons, `Runner "Build": ContainerName: task definition "own-`)
	assert.Contains(t, reasons, `has no container "man" (it has: "beside", "main"); did you mean "main"?`)
}

// ranged are the documented ranges: a value that is below one, and one that is
// above.
func ranged(below bool) object {
	value := func(low, high int) int {
		if below {
			return low
		}
		return high
	}
	return object{
		"RunnerConfiguration": object{"MaxConcurrentJobs": value(0, 21), "IdleTimeToLive": value(59, 86401), "JobTimeout": value(4, 172801)},
		"Startup":             object{"Commands": []string{"true"}, "CommandsTimeout": value(4, 172801)},
		"Memory":              value(511, 999999), "Cpu": value(255, 99999),
	}
}

// TestRangesAtDeployTime: values that only the deployment knows fail the stack
// with the words of runnerctl validate.
func TestRangesAtDeployTime(t *testing.T) {
	t.Parallel()
	a := open(t)
	for name, below := range map[string]bool{"below": true, "above": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			words := a.validate(t, template(ranged(below), one(job(last(), "true"))))
			require.GreaterOrEqual(t, len(words), 5)
			exports, imports := exported(t, ranged(below), name)
			a.deploy(t, exports)
			s := a.create(t, template(imports, one(job(last(), "true"))))
			s.rests(t, cloudformationtypes.StackStatusRollbackComplete)
			reasons := s.reasons(t)
			for _, message := range words {
				assert.Contains(t, reasons, message)
			}
		})
	}
}

// exported is a template that exports all numbers of a Runner, and the Runner
// that imports them.
func exported(t testing.TB, runner object, prefix string) (exports string, imports object) {
	t.Helper()
	outputs := object{}
	var visit func(path string, o object) object
	visit = func(path string, o object) object {
		made := object{}
		for key, value := range o {
			switch value := value.(type) {
			case object:
				made[key] = visit(path+key, value)
			case int:
				name := prefix + path + key
				outputs[name] = object{"Value": value, "Export": object{"Name": name}}
				made[key] = object{"Fn::ImportValue": name}
			default:
				made[key] = value
			}
		}
		return made
	}
	imports = visit("", runner)
	text, err := json.Marshal(object{"Resources": object{"Topic": object{"Type": "AWS::SNS::Topic"}}, "Outputs": outputs})
	require.NoError(t, err)
	return string(text), imports
}

// validate are the errors that runnerctl validate finds in a template.
func (a *account) validate(t testing.TB, template string) (messages []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "template.json")
	require.NoError(t, os.WriteFile(file, []byte(template), 0o600))
	command := exec.CommandContext(t.Context(), "go", "run", "../../cmd/runnerctl", "validate", "--format", "json", file)
	text, _ := command.Output() // it fails, since the template is invalid
	var found struct {
		Problems []struct{ Severity, Message string }
	}
	require.NoError(t, json.Unmarshal(text, &found), string(text))
	for _, problem := range found.Problems {
		if problem.Severity == "error" {
			messages = append(messages, problem.Message)
		}
	}
	return messages
}

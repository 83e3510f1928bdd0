package worker

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// environment is what the job sees: what the agent hands on, what the
// documentation promises, and what the step says, each over the one before.
func (w *Worker) environment(message *protocol.Message, d jobDir) ([]string, error) {
	origin := message.Origin
	environment := slices.Concat(w.config.Environment, []string{
		protocol.EnvEnvironmentName + "=" + origin.Environment,
		protocol.EnvDistributionName + "=" + origin.DistributionName,
		protocol.EnvDistributionID + "=" + origin.DistributionID,
		protocol.EnvArtifactsPrefix + "=" + origin.Source.Prefix,
		protocol.EnvObjectIdentifier + "=" + origin.ObjectIdentifier,
		protocol.EnvStepName + "=" + message.Metadata.StepName,
		protocol.EnvInput + "=" + d.input,
		protocol.EnvOutput + "=" + d.output(),
		protocol.EnvSourceDir + "=" + d.source(),
		"TMPDIR=" + d.temporary(),
		// The shell sets PWD itself, but what reads it earlier must not see
		// the agent's.
		"PWD=" + d.source(),
	})
	var problems []error
	for _, variable := range environment {
		if name, _, _ := strings.Cut(variable, "="); strings.ContainsRune(variable, 0) {
			problems = append(problems, fmt.Errorf("%s has a NUL byte, which no variable can hold", strings.ReplaceAll(name, "\x00", "")))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(message.Job.Environment)) {
		value := message.Job.Environment[name]
		switch {
		case !variableName.MatchString(name):
			problems = append(problems, fmt.Errorf("%q in Environment is no name of a variable: use letters, digits and _, and no digit first", name))
		case strings.ContainsRune(value, 0):
			problems = append(problems, fmt.Errorf("%q in Environment has a NUL byte, which no variable can hold", name))
		}
		environment = append(environment, name+"="+value)
	}
	return environment, errors.Join(problems...)
}

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

// maxVariable is the kernel's limit for one variable with its name and "=", without
// the NUL at its end (MAX_ARG_STRLEN).
const maxVariable = 128<<10 - 1

// environment returns a job's variables: the agent's own, those of docs/wire.md
// ("Job environment"), and the step's. Later ones replace earlier ones.
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
		// The shell sets PWD itself, but a program may read it before.
		"PWD=" + d.source(),
	})
	var problems []error
	for _, variable := range environment {
		if name, _, _ := strings.Cut(variable, "="); strings.ContainsRune(variable, 0) {
			problems = append(problems, fmt.Errorf("%s contains a NUL byte; environment variables cannot hold one", strings.ReplaceAll(name, "\x00", "")))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(message.Job.Environment)) {
		value := message.Job.Environment[name]
		switch {
		case !variableName.MatchString(name):
			problems = append(problems, fmt.Errorf("%q is not a valid variable name; use letters, digits and _, and do not start with a digit", name))
		case strings.ContainsRune(value, 0):
			problems = append(problems, fmt.Errorf("the value of %q contains a NUL byte; environment variables cannot hold one", name))
		case len(name)+len("=")+len(value) > maxVariable:
			problems = append(problems, fmt.Errorf("the value of %q is %d bytes; Linux allows %d for a variable with its name. Read it from the file in %s, or from S3",
				name, len(value), maxVariable, protocol.EnvInput))
		}
		environment = append(environment, name+"="+value)
	}
	return environment, errors.Join(problems...)
}

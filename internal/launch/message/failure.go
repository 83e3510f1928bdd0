package message

import "fmt"

// Failure is the error with which a step fails. Retry and Catch match Name; Cause is
// for people.
type Failure struct {
	Name  string
	Cause string
}

// Error implements error.
func (f *Failure) Error() string { return f.Name + ": " + f.Cause }

// Names of failures, as users' Retry and Catch know them.
const (
	// ErrorConfiguration: the runner's configuration, or what the step asks of
	// it, cannot be used.
	ErrorConfiguration = "RunnerConfigError"
	// ErrorFormat: Commands or Environment have a wrong type.
	ErrorFormat = "IllegalFormatException"
	// ErrorHost: the runner's EC2 host could not be started.
	ErrorHost = "Ec2StartFailedError"
	// ErrorTask: the runner's ECS task could not be started.
	ErrorTask = "TaskFailedToStart"
)

func ConfigurationFailure(format string, values ...any) *Failure {
	return &Failure{ErrorConfiguration, fmt.Sprintf(format, values...)}
}

package message

import (
	"fmt"

	"github.com/attini-go/runner/agent/protocol"
)

// Failure is the error with which a step fails. Retry and Catch match Name; Cause is
// for people.
type Failure struct {
	Name string
	// ByCause is the error name by cause (protocol.Causes); "" without one.
	ByCause string
	Cause   string
}

// Error implements error.
func (f *Failure) Error() string { return f.Name + ": " + f.Cause }

// For returns the failure of a step. errorNames are the error names by cause that its
// plan handles: only those take the place of Name, so that a plan that was written for
// the other names goes on catching them. The Cause begins with the name by cause.
func (f *Failure) For(errorNames string) Failure {
	chosen := *f
	if f.ByCause == "" {
		return chosen
	}
	chosen.Cause = f.ByCause + ": " + f.Cause
	if protocol.HasErrorName(errorNames, f.ByCause) {
		chosen.Name = f.ByCause
	}
	return chosen
}

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
	return &Failure{Name: ErrorConfiguration, Cause: fmt.Sprintf(format, values...)}
}

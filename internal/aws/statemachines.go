package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/attini-go/runner/internal/lifecycle"
)

// StateMachines are Step Functions' state machines.
type StateMachines struct{ client *sfn.Client }

var _ lifecycle.StateMachines = (*StateMachines)(nil)

// NewStateMachines asks Step Functions.
func NewStateMachines(config aws.Config) *StateMachines {
	return &StateMachines{client: sfn.NewFromConfig(config)}
}

// StartExecution implements lifecycle.StateMachines.
func (s *StateMachines) StartExecution(ctx context.Context, stateMachineARN, name string, input []byte) error {
	_, err := s.client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &stateMachineARN, Name: &name, Input: aws.String(string(input))})
	switch code(err) {
	case "":
		if err == nil {
			return nil
		}
	case "ExecutionAlreadyExists":
		return nil
	case "StateMachineDoesNotExist", "StateMachineDeleting":
		return lifecycle.ErrNoStateMachine
	}
	return wrapError(ctx, "states:StartExecution", err)
}

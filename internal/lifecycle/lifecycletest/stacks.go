package lifecycletest

import (
	"context"

	"github.com/attini-go/runner/internal/lifecycle"
)

// stacks is CloudFormation.
type stacks struct{ *Fake }

// Status implements lifecycle.Stacks.
func (s stacks) Status(_ context.Context, stackID string) (status string, err error) {
	return status, s.call("Status", func() error {
		given, known := s.Statuses[stackID]
		switch {
		case !known:
			status = "UPDATE_IN_PROGRESS"
		case given == "":
			return lifecycle.ErrNoStack
		default:
			status = given
		}
		return nil
	})
}

// Resources implements lifecycle.Stacks.
func (s stacks) Resources(_ context.Context, stackID string) (ids []string, err error) {
	return ids, s.call("Resources", func() error {
		if own, given := s.Foreign[stackID]; given {
			ids = own
		} else {
			ids = s.Fake.Resources
		}
		return nil
	})
}

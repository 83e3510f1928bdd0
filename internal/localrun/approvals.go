package localrun

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/approvals"
)

// Approve asks a person whether a step may go on. An error is that nobody can be asked.
type Approve func(ctx context.Context, step string) (approvals.Answer, error)

// approve answers a step that waits for a person.
func (o Options) approve(ctx context.Context, step string) (any, error) {
	if o.Approve == nil {
		return nil, &asl.Error{Name: asl.Runtime, Cause: fmt.Sprintf("step %q waits for an approval; answer it with --approve %s or --reject %s", step, step, step)}
	}
	answer, err := o.Approve(ctx, step)
	if err != nil {
		return nil, &asl.Error{Name: asl.Runtime, Cause: err.Error()}
	}
	if !answer.Approved {
		failure := answer.Failure()
		return nil, &asl.Error{Name: failure.Name, Cause: failure.Cause}
	}
	return json.RawMessage(answer.Output()), nil
}

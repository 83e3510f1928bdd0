package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/internal/imports"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/stacks"
)

// WaitingSteps is the table of the steps that wait for stacks and for people. No runner's
// role can read it.
type WaitingSteps struct{ table table }

var (
	_ stacks.Items    = StackItems{}
	_ approvals.Store = (*WaitingSteps)(nil)
)

// NewWaitingSteps keeps them in the table of the given name.
func NewWaitingSteps(config aws.Config, table string) *WaitingSteps {
	return &WaitingSteps{newTable(config, table)}
}

// Put implements approvals.Store.
func (w *WaitingSteps) Put(ctx context.Context, waiting approvals.Waiting) error {
	u := newUpdate().set(protocol.AttrStackName, waiting.Stack).set(protocol.AttrStepName, waiting.Step)
	u.set(protocol.AttrExecutionARN, waiting.Execution).set(protocol.AttrToken, waiting.Token)
	u.set(protocol.AttrRequestedAt, waiting.Since).set(protocol.AttrExpiresAt, waiting.Expiry().Unix())
	return w.table.change(ctx, itemKey(protocol.TypeApproval, waiting.Name()), u)
}

// Find implements approvals.Store.
func (w *WaitingSteps) Find(ctx context.Context, prefix string) ([]approvals.Waiting, error) {
	items, err := w.table.query(ctx, protocol.TypeApproval, prefix, newUpdate())
	var all []approvals.Waiting
	for _, found := range items {
		all = append(all, approvals.Waiting{
			Stack: stringOf(found[protocol.AttrStackName]), Step: stringOf(found[protocol.AttrStepName]),
			Execution: stringOf(found[protocol.AttrExecutionARN]), Token: stringOf(found[protocol.AttrToken]), Since: timeOf(found[protocol.AttrRequestedAt]),
		})
	}
	return all, err
}

// Remove implements approvals.Store.
func (w *WaitingSteps) Remove(ctx context.Context, waiting approvals.Waiting) error {
	return w.table.remove(ctx, itemKey(protocol.TypeApproval, waiting.Name()), newUpdate())
}

// StackItems are the table's items of stacks.
type StackItems struct{ *WaitingSteps }

// Item implements stacks.Items.
func (s StackItems) Item(ctx context.Context, key string) (*stacks.Item, error) {
	found, err := s.table.read(ctx, itemKey(protocol.TypeStackOperation, key))
	if err != nil || found == nil {
		return nil, err
	}
	var kept stacks.Item
	if err := json.Unmarshal([]byte(stringOf(found[protocol.AttrOperation])), &kept); err != nil {
		return nil, fmt.Errorf("read the item of the stack %s: it is not what the launcher writes", key)
	}
	kept.TaskToken, kept.Version = stringOf(found[protocol.AttrToken]), int(intOf(found[protocol.AttrVersion]))
	return &kept, nil
}

// Save implements stacks.Items.
func (s StackItems) Save(ctx context.Context, key string, kept stacks.Item) (saved bool, err error) {
	token := kept.TaskToken
	kept.TaskToken = ""
	text, err := json.Marshal(kept)
	if err != nil {
		return false, fmt.Errorf("write the item of the stack %s: %w", key, err)
	}
	u := newUpdate().set(protocol.AttrOperation, string(text)).set(protocol.AttrToken, token)
	u.set(protocol.AttrVersion, kept.Version+1).set(protocol.AttrExpiresAt, kept.ExpiresAt.Unix())
	if kept.Version == 0 {
		u.ifNotExists(protocol.AttrVersion)
	} else {
		u.ifEqual(protocol.AttrVersion, kept.Version)
	}
	_, saved, err = s.table.update(ctx, itemKey(protocol.TypeStackOperation, key), u)
	return saved, err
}

// StackSteps and ApprovalSteps are the steps that wait for stacks and for people.
type (
	StackSteps    struct{ *Steps }
	ApprovalSteps struct{ *Steps }
)

var (
	_ stacks.Steps    = StackSteps{}
	_ approvals.Steps = ApprovalSteps{}
)

// Succeed implements stacks.Steps.
func (s StackSteps) Succeed(ctx context.Context, token string, output []byte) error {
	return closedAs(stacks.ErrTokenClosed, s.Steps.Succeed(ctx, token, output))
}

// Fail implements stacks.Steps.
func (s StackSteps) Fail(ctx context.Context, token string, failure message.Failure) error {
	return closedAs(stacks.ErrTokenClosed, s.Steps.Fail(ctx, token, failure))
}

// Succeed implements approvals.Steps.
func (s ApprovalSteps) Succeed(ctx context.Context, token string, output []byte) error {
	return closedAs(approvals.ErrEnded, s.Steps.Succeed(ctx, token, output))
}

// Fail implements approvals.Steps.
func (s ApprovalSteps) Fail(ctx context.Context, token string, failure message.Failure) error {
	return closedAs(approvals.ErrEnded, s.Steps.Fail(ctx, token, failure))
}

// ImportSteps are the steps that import values. One that has ended is no error.
type ImportSteps struct{ *Steps }

var _ imports.Steps = ImportSteps{}

// Succeed implements imports.Steps.
func (s ImportSteps) Succeed(ctx context.Context, token string, output []byte) error {
	return closedAs(nil, s.Steps.Succeed(ctx, token, output))
}

// Fail implements imports.Steps.
func (s ImportSteps) Fail(ctx context.Context, token string, failure message.Failure) error {
	return closedAs(nil, s.Steps.Fail(ctx, token, failure))
}

func closedAs(closed, err error) error {
	if errors.Is(err, launch.ErrTokenClosed) {
		return closed
	}
	return err
}

package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/internal/doctor"
)

// ErrNoStack means that the stack does not exist in the region.
var ErrNoStack = errors.New("the stack does not exist")

// stack is what CloudFormation knows of a stack with a plan.
type stack struct {
	name, id string
	status   types.StackStatus
	// plans are the state machines' ARNs; runners the logical ids of the runners, in
	// their order; resources the physical ids by logical id.
	plans, runners []string
	resources      map[string]string
}

const (
	planPrefix  = "AttiniDeploymentPlanSfn"
	queuePrefix = "AttiniRunnerQueue"
	deadPrefix  = "AttiniRunnerDeadLetterQueue"
	typeRunner  = "Custom::AttiniRunner"
	typePlan    = "AWS::StepFunctions::StateMachine"
)

// stack reads a stack by its name or ARN.
func (a *Account) stack(ctx context.Context, name string) (stack, error) {
	s := stack{name: name, resources: map[string]string{}}
	output, err := a.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		if isMissingStack(err) {
			return s, fmt.Errorf("find stack %s in %s: %w", name, a.region, ErrNoStack)
		}
		return s, asked(ctx, "cloudformation:DescribeStacks", err)
	}
	for _, found := range output.Stacks {
		s.name, s.id, s.status = aws.ToString(found.StackName), aws.ToString(found.StackId), found.StackStatus
	}
	pages := cloudformation.NewListStackResourcesPaginator(a.stacks.ListStackResources, &cloudformation.ListStackResourcesInput{StackName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return s, asked(ctx, "cloudformation:ListStackResources", err)
		}
		for _, r := range page.StackResourceSummaries {
			logical := aws.ToString(r.LogicalResourceId)
			if r.ResourceStatus == types.ResourceStatusDeleteComplete {
				continue
			}
			s.resources[logical] = aws.ToString(r.PhysicalResourceId)
			switch kind := aws.ToString(r.ResourceType); {
			case kind == typeRunner:
				s.runners = append(s.runners, logical)
			case kind == typePlan && strings.HasPrefix(logical, planPrefix) && aws.ToString(r.PhysicalResourceId) != "":
				s.plans = append(s.plans, aws.ToString(r.PhysicalResourceId))
			}
		}
	}
	slices.Sort(s.runners)
	slices.Sort(s.plans)
	return s, nil
}

func isMissingStack(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ValidationError" && strings.Contains(api.ErrorMessage(), "does not exist")
}

// stackOf returns the name of the stack that has a resource; "" if none has it.
func (a *Account) stackOf(ctx context.Context, physical string) (string, error) {
	output, err := a.stacks.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{PhysicalResourceId: &physical})
	if err != nil && isMissingStack(err) || err == nil && len(output.StackResources) == 0 {
		return "", nil
	}
	if err != nil {
		return "", asked(ctx, "cloudformation:DescribeStackResources", err)
	}
	return aws.ToString(output.StackResources[0].StackName), nil
}

// isTroubled reports whether the last operation of the stack failed or goes on.
func (s stack) isTroubled() bool {
	status := string(s.status)
	return strings.Contains(status, "FAILED") || strings.Contains(status, "ROLLBACK") || strings.HasSuffix(status, "_IN_PROGRESS")
}

// maxEvents is how many events of a stack or execution are read: enough for the last
// operation of the largest stack.
const maxEvents = 5000

// failures are the failed events of a stack's last operation, newest first.
func (a *Account) failures(ctx context.Context, s stack) ([]doctor.Statement, error) {
	var all []doctor.Statement
	seen := 0
	for pages := cloudformation.NewDescribeStackEventsPaginator(a.stacks.DescribeStackEvents, &cloudformation.DescribeStackEventsInput{StackName: &s.name}); pages.HasMorePages() && seen < maxEvents; {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return all, asked(ctx, "cloudformation:DescribeStackEvents", err)
		}
		for _, event := range page.StackEvents {
			seen++
			status, reason := string(event.ResourceStatus), aws.ToString(event.ResourceStatusReason)
			own := aws.ToString(event.PhysicalResourceId) == s.id
			// The failures that follow from the first one have these reasons.
			follows := strings.HasPrefix(reason, "Resource creation cancelled") || strings.HasPrefix(reason, "Resource update cancelled") || own && strings.HasPrefix(reason, "The following resource(s) failed to ") && !strings.Contains(status, "DELETE")
			// A deployment that fails before its first resource, such as in the macro, has its reason at the stack's own rollback.
			failed := strings.Contains(status, "FAILED") || own && strings.HasSuffix(status, "ROLLBACK_IN_PROGRESS") && !strings.EqualFold(reason, "User Initiated")
			if failed && reason != "" && !follows {
				all = append(all, doctor.Statement{By: doctor.SourceStack, About: "resource " + aws.ToString(event.LogicalResourceId), Text: reason, At: aws.ToTime(event.Timestamp)})
			}
			if own && strings.HasSuffix(status, "_IN_PROGRESS") && strings.EqualFold(reason, "User Initiated") {
				return all, nil
			}
		}
	}
	return all, nil
}

// asked says which call failed. AWS's own words name the caller, so they are left out.
func asked(ctx context.Context, action string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", action, context.Cause(ctx))
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
			return &callError{fmt.Sprintf("not allowed to call %s; docs/policies/attini-runner-operator-policy.json has all permissions", action), err}
		}
		return &callError{action + ": " + api.ErrorCode(), err}
	}
	return &callError{"no answer to " + action, err}
}

// callError is the error of a call, in a user's words. It wraps the SDK's, for errors.As.
type callError struct {
	message string
	cause   error
}

func (e *callError) Error() string { return e.message }

func (e *callError) Unwrap() error { return e.cause }

// hasCode reports whether an error of AWS has one of the codes.
func hasCode(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.ContainsFunc(codes, func(code string) bool { return strings.EqualFold(api.ErrorCode(), code) })
}

package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// ErrNoStack means that CloudFormation does not know the stack in this account and
// region.
var ErrNoStack = errors.New("CloudFormation does not know the stack in this account and region")

// stackIDPattern matches a stack's id. Names of stacks and runners have ASCII letters, digits
// and hyphens only, so no two of them look alike.
func stackIDPattern() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:cloudformation:[a-z0-9-]+:[0-9]{12}:stack/([A-Za-z][A-Za-z0-9-]{0,127})/[A-Za-z0-9-]+$`)
}

// StackNameOf is the name in a stack's id
// (arn:aws:cloudformation:region:account:stack/name/uuid); "" for another text.
func StackNameOf(stackID string) string {
	if parts := stackIDPattern().FindStringSubmatch(stackID); parts != nil {
		return parts[1]
	}
	return ""
}

// isLogicalID reports whether a text can be a resource's logical id.
func isLogicalID(text string) bool {
	return text != "" && len(text) <= 255 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// checkStackName refuses a custom resource that names another stack than its own.
func checkStackName(stackID, given string) error {
	switch own := StackNameOf(stackID); {
	case own == "":
		return fmt.Errorf("read a request of CloudFormation: its StackId is not the id of a stack")
	case given != "" && given != own:
		return fmt.Errorf("StackName: a custom resource of the stack %s cannot act for the stack %s; leave StackName out, or give AWS::StackName", own, given)
	}
	return nil
}

// verify asks CloudFormation whether a request can be its own: the stack is being
// changed at this moment. Whoever may invoke the function can send any StackId, and
// CloudFormation asks only during a deployment. named are the physical ids that the
// request names, by property; each has to be a resource of the stack.
func (l *Lifecycle) verify(ctx context.Context, stackID string, named map[string]string) error {
	name := StackNameOf(stackID)
	status, err := l.ports.Stacks.Status(ctx, stackID)
	switch {
	case errors.Is(err, ErrNoStack):
		return fmt.Errorf("read a request of CloudFormation for the stack %s: %w", name, err)
	case err != nil:
		return fmt.Errorf("ask CloudFormation for the stack %s: %w", name, err)
	case !isInProgress(status):
		return fmt.Errorf("read a request of CloudFormation: the stack %s is not being deployed, its status is %s", name, status)
	case !slices.ContainsFunc(slices.Collect(maps.Values(named)), func(id string) bool { return id != "" }):
		return nil
	}
	own, err := l.ports.Stacks.Resources(ctx, stackID)
	if err != nil {
		return fmt.Errorf("ask CloudFormation for the resources of the stack %s: %w", name, err)
	}
	var problems []error
	for _, property := range slices.Sorted(maps.Keys(named)) {
		if id := named[property]; id != "" && !slices.Contains(own, id) {
			problems = append(problems, fmt.Errorf("%s: %s is not a resource of the stack %s; a custom resource can only name resources of its own stack", property, id, name))
		}
	}
	return errors.Join(problems...)
}

// isInProgress reports whether CloudFormation may call custom resources of a stack with
// this status. REVIEW_IN_PROGRESS is a stack whose first change set nobody has run.
func isInProgress(status string) bool {
	return strings.HasSuffix(status, "_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS"
}

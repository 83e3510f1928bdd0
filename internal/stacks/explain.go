package stacks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/launch/message"
)

// maxReasons is how many failed resources a failure tells of besides the first.
const maxReasons = 10

// Explain says why an operation failed: the first resource that did, with its reason, and
// then others that failed for reasons of their own. events are those of the operation,
// latest first.
func Explain(stack, status, reason string, events []Event) *message.Failure {
	var failed []Event
	for _, event := range slices.Backward(events) {
		// CloudFormation cancels what is under way when a resource has failed.
		cancelled := strings.HasPrefix(event.Reason, "Resource creation cancelled") || strings.HasPrefix(event.Reason, "Resource update cancelled") || strings.HasPrefix(event.Reason, "Resource deletion cancelled")
		if strings.HasSuffix(event.Status, "_FAILED") && !event.IsStack && !cancelled {
			failed = append(failed, event)
		}
	}
	ended := fmt.Sprintf("The stack %q is in %s.", stack, status)
	if len(failed) == 0 {
		for _, event := range slices.Backward(events) {
			if event.IsStack && event.Reason != "" && (strings.Contains(event.Status, "ROLLBACK") || strings.HasSuffix(event.Status, "_FAILED")) {
				return &message.Failure{Name: event.Status, Cause: event.Reason + " " + ended}
			}
		}
		if reason == "" {
			reason = "CloudFormation gives no reason."
		}
		return &message.Failure{Name: ErrorUnknown, Cause: reason + " " + ended}
	}
	var cause strings.Builder
	for i, event := range failed {
		switch {
		case i == 0:
			fmt.Fprintf(&cause, "%s. %s", told(event), ended)
		case i == 1:
			fmt.Fprintf(&cause, "\nAlso: %s", told(event))
		case i <= maxReasons:
			fmt.Fprintf(&cause, "\n%s", told(event))
		}
	}
	if more := len(failed) - 1 - maxReasons; more > 0 {
		fmt.Fprintf(&cause, "\nand %d more", more)
	}
	return &message.Failure{Name: failed[0].Status, Cause: cause.String()}
}

func told(event Event) string {
	return fmt.Sprintf("%s (%s): %s", event.LogicalID, event.Type, strings.TrimSuffix(event.Reason, "."))
}

package launch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
)

// Refusal is the error of a service that refused a request: an exception or, for
// RunTask, an answer without a task.
type Refusal struct {
	// Code is the exception's name, as in ClusterNotFoundException.
	Code    string
	Message string
	// Failures are RunTask's, if there was no exception.
	Failures []RunFailure
}

// RunFailure is one of RunTask's failures.
type RunFailure struct{ Reason, Detail string }

// Error implements error.
func (r *Refusal) Error() string {
	if r.Code != "" {
		return strings.TrimSuffix(r.Code+": "+r.Message, ": ")
	}
	texts := make([]string, len(r.Failures))
	for i, failure := range r.Failures {
		texts[i] = failure.Reason
		if failure.Detail != "" {
			texts[i] += " (" + failure.Detail + ")"
		}
	}
	if len(texts) == 0 {
		return "no task and no reason were given"
	}
	return strings.Join(texts, ", ")
}

// retryAction is what to do about a refusal.
type retryAction int

const (
	// fatal: another request would be refused, too.
	fatal retryAction = iota
	// retrySame: the cause may pass, so the request is repeated after a pause.
	retrySame
	// retryNewToken: the token belongs to another request, so a new one is needed.
	retryNewToken
	// tryNextSubnet: the request may succeed in another subnet, or for another type.
	tryNextSubnet
	// tryNextType: the request may succeed for another instance type, in any subnet.
	tryNextType
)

// refusalRule says what to do about the refusals that match one of its codes and one
// of its sentences; an empty list matches all. In a pattern, * matches any text. Case
// does not matter. Of several rules, the first counts.
//
// A sentence is matched from its beginning, never by a word in it: AWS's sentences
// quote ARNs and names, which can have any word in them.
type refusalRule struct {
	// codes are exceptions' names, and reasons of RunTask's failures.
	codes []string
	// says are sentences: exceptions' messages, and reasons of RunTask's failures.
	says   []string
	action retryAction
	// permanent means that a request for the same instance type is refused again.
	permanent bool
	// cause is the error name by cause (docs/errors.md).
	cause  string
	advice string
}

// classify returns the first rule that matches the refusal.
func (r *Refusal) classify(rules []refusalRule) refusalRule {
	if rule, known := r.find(rules); known {
		return rule
	}
	return refusalRule{
		action: fatal, cause: protocol.CauseStartFailed,
		advice: "see the reason above; runnerctl validate checks what can be checked before a deployment",
	}
}

// find returns the first rule that matches, and whether there is one.
func (r *Refusal) find(rules []refusalRule) (refusalRule, bool) {
	codes, texts := []string{r.Code}, []string{r.Message}
	if r.Code == "" && r.Message == "" {
		codes = nil
		for _, failure := range r.Failures {
			codes = append(codes, failure.Reason)
		}
		texts = codes
	}
	for _, rule := range rules {
		if anyMatches(rule.codes, codes) && anyMatches(rule.says, texts) {
			return rule, true
		}
	}
	return refusalRule{}, false
}

func anyMatches(patterns, texts []string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return matches(plain(pattern), plain(text)) })
	})
}

// plain makes equal what AWS writes in two ways.
func plain(text string) string {
	return strings.ToLower(strings.ReplaceAll(text, "\u2019", "'"))
}

// matches reports whether a text matches a pattern, in which * matches any text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return text == pattern
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return strings.HasSuffix(text, last)
}

// refusalFailure says what was attempted, what the service answered, how often it was
// tried, and what to do.
func refusalFailure(name, attempted string, refusal error, tries int, rule refusalRule) *message.Failure {
	cause := fmt.Sprintf("%s: %s", attempted, refusal)
	if tries > 1 {
		cause += fmt.Sprintf(" (tried %d times)", tries)
	}
	return &message.Failure{Name: name, ByCause: rule.cause, Cause: cause + ". What to do: " + rule.advice}
}

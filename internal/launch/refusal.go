package launch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/launch/message"
)

// Refusal is a service's answer that says no: an exception, or, for RunTask,
// an answer without a task. It is an error.
type Refusal struct {
	// Code is the exception's name, as in ClusterNotFoundException.
	Code    string
	Message string
	// Failures are RunTask's, when there was no exception.
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
	// fatal: asking again is of no use.
	fatal retryAction = iota
	// retrySame: it may pass, so it is asked again after a pause.
	retrySame
	// retryNewToken: the token names another request, so a new one is needed.
	retryNewToken
	// tryNextSubnet: another subnet may do.
	tryNextSubnet
)

// refusalRule says what to do about the refusals that match one of its codes and one
// of its sentences; an empty list matches all. In both, * stands for any text,
// and upper and lower case are the same. Of several rules, the first counts.
//
// A sentence is matched from its beginning, never by a word in it: AWS's
// sentences quote ARNs and names, and those can have any word.
type refusalRule struct {
	// codes are exceptions' names, and reasons of RunTask's failures.
	codes []string
	// says are exceptions' messages, and reasons of RunTask's failures.
	says   []string
	action retryAction
	advice string
}

func (r *Refusal) classify(rules []refusalRule) (retryAction, string) {
	codes, texts := []string{r.Code}, []string{r.Message}
	if r.Code == "" {
		codes = nil
		for _, failure := range r.Failures {
			codes = append(codes, failure.Reason)
		}
		texts = codes
	}
	for _, rule := range rules {
		if anyMatches(rule.codes, codes) && anyMatches(rule.says, texts) {
			return rule.action, rule.advice
		}
	}
	return fatal, "see the reason above; runnerctl validate checks what can be checked before a deployment"
}

func anyMatches(patterns, texts []string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return matches(plain(pattern), plain(text)) })
	})
}

// plain evens out how AWS writes the same sentence in different places.
func plain(text string) string {
	return strings.ToLower(strings.ReplaceAll(text, "\u2019", "'"))
}

// matches reports whether a text is as the pattern, in which * stands for any
// text.
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

// refusalFailure is a failure for people: what was attempted, the service's words, how
// often it was tried, and what to do.
func refusalFailure(name, attempted string, refusal error, tries int, advice string) *message.Failure {
	cause := fmt.Sprintf("%s: %s", attempted, refusal)
	if tries > 1 {
		cause += fmt.Sprintf(" (tried %d times)", tries)
	}
	return &message.Failure{Name: name, Cause: cause + ". What to do: " + advice}
}

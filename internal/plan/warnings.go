package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// The rules of what is valid in a plan, but probably a mistake.
const (
	RuleHeartbeat        = "heartbeat"
	RuleReservedVariable = "reserved-variable"
	RuleAlwaysFails      = "always-fails"
	RulePayload          = "payload"
	RuleOutputOfStep     = "unknown-output"
)

// Warnings reports probable mistakes in a plan: it can be deployed, and then fails,
// always or for a reason that is hard to find. Of a plan that has errors, broken, how its
// steps lead to each other is not judged.
func Warnings(p *Plan, broken bool) problem.List {
	if p == nil || p.Machine == nil {
		return nil
	}
	w := warner{plan: p}
	for s := range p.Machine.All() {
		w.errorNames(s)
		w.bareNames(s)
		if s.Type == JobType && s.Job != nil {
			w.heartbeat(s)
			w.reservedVariables(s)
		}
	}
	if !broken {
		w.alwaysFails()
		w.payloads(p.Machine, somePayload)
	}
	w.outputs()
	return w.problems
}

type warner struct {
	plan     *Plan
	order    *order
	problems problem.List
}

func (w *warner) warn(rule string, s *State, found problem.Problem) {
	found.Severity, found.Rule = problem.Warning, rule
	found.Message = stepSubject(s.Name) + ": " + found.Message
	w.problems.Add(found)
}

// heartbeat warns of a step whose heartbeat timeout is not longer than the time
// between two heartbeats.
func (w *warner) heartbeat(s *State) {
	n := s.Node.Get("HeartbeatSeconds")
	every := int(protocol.HeartbeatInterval.Seconds())
	seconds, err := strconv.Atoi(textOf(n))
	if err != nil || seconds > every {
		return
	}
	w.warn(RuleHeartbeat, s, problem.Problem{
		Path: s.Path.Key("HeartbeatSeconds").String(), Place: n.Place,
		Message: fmt.Sprintf("HeartbeatSeconds: the agent sends a heartbeat every %d seconds, so that the step fails after %d while its job runs", every, seconds),
		Advice:  "Leave it out, for 300 seconds, or give at least 60.",
	})
}

// reservedVariables warns of variables that a job gets from the agent.
func (w *warner) reservedVariables(s *State) {
	environment := s.Job.Properties.Get("Environment")
	for _, field := range environment.Entries() {
		if !strings.HasPrefix(field.Key, "ATTINI_") {
			continue
		}
		w.warn(RuleReservedVariable, s, problem.Problem{
			Path: s.Path.Keys("Properties", "Environment", field.Key).String(), Place: field.Place,
			Message: fmt.Sprintf("Environment.%s: names that begin with ATTINI_ are reserved for the variables that the agent gives a job", wording.Brief(field.Key)),
			Advice:  "Choose another name.",
		})
	}
}

// alwaysFails warns of a plan in which every path ends in a Fail step.
func (w *warner) alwaysFails() {
	var last *State
	always := w.plan.Machine.onEveryPath(func(s *State) (met bool, next []string) {
		if s.Type == "Fail" {
			last = s
			return true, nil
		}
		return false, append(s.successors(), s.catchTargets()...)
	})
	if !always {
		return
	}
	w.warn(RuleAlwaysFails, last, problem.Problem{
		Path: last.Path.String(), Place: last.Place,
		Message: "every way through the plan ends in a Fail step, so that no deployment can succeed",
		Advice:  "To reach it after an error only, write the plan with StartAt and States, and name it in Next of a Catch or a Choice.",
	})
}

package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// The rules of what a plan can be, but hardly was meant to be.
const (
	RuleHeartbeat        = "heartbeat"
	RuleReservedVariable = "reserved-variable"
	RuleAlwaysFails      = "always-fails"
	RulePayload          = "payload"
	RuleOutputOfStep     = "unknown-output"
)

// Doubts warns of what a sound plan says and hardly means: it can be deployed,
// and then fails, always or in a way that is hard to find.
func Doubts(p *Plan) problem.List {
	if p == nil || p.Machine == nil {
		return nil
	}
	d := doubts{plan: p}
	for s := range p.Machine.All() {
		if s.Type == JobType && s.Job != nil {
			d.heartbeat(s)
			d.reservedVariables(s)
		}
	}
	d.alwaysFails()
	d.payloads(p.Machine, somePayload)
	d.outputs()
	return d.problems
}

type doubts struct {
	plan     *Plan
	problems problem.List
}

func (d *doubts) warn(rule string, s *State, found problem.Problem) {
	found.Severity, found.Rule = problem.Warning, rule
	found.Message = stepSubject(s.Name) + ": " + found.Message
	d.problems.Add(found)
}

// heartbeat warns of a step that waits shorter for a sign of life than there is
// time between two.
func (d *doubts) heartbeat(s *State) {
	n := s.Node.Get("HeartbeatSeconds")
	every := int(protocol.HeartbeatInterval.Seconds())
	seconds, err := strconv.Atoi(textOf(n))
	if err != nil || seconds > every {
		return
	}
	d.warn(RuleHeartbeat, s, problem.Problem{
		Path: string(s.Path.Key("HeartbeatSeconds")), Place: n.Place,
		Message: fmt.Sprintf("HeartbeatSeconds: the agent sends a heartbeat every %d seconds, so that the step fails after %d while its job runs", every, seconds),
		Advice:  "Leave it out, for 300 seconds, or give at least 60.",
	})
}

// reservedVariables warns of variables that a job gets from the agent.
func (d *doubts) reservedVariables(s *State) {
	environment := s.Job.Properties.Get("Environment")
	for _, field := range environment.Entries() {
		if !strings.HasPrefix(field.Key, "ATTINI_") {
			continue
		}
		d.warn(RuleReservedVariable, s, problem.Problem{
			Path: string(s.Path.Keys("Properties", "Environment", field.Key)), Place: field.Place,
			Message: fmt.Sprintf("Environment.%s: names that begin with ATTINI_ are reserved for the variables that the agent gives a job", wording.Brief(field.Key)),
			Advice:  "Choose another name.",
		})
	}
}

// alwaysFails warns of a plan of which no way ends well.
func (d *doubts) alwaysFails() {
	var last *State
	always := d.plan.Machine.onEveryPath(func(s *State) (met bool, next []string) {
		if s.Type == "Fail" {
			last = s
			return true, nil
		}
		return false, append(s.successors(), s.catchTargets()...)
	})
	if !always {
		return
	}
	d.warn(RuleAlwaysFails, last, problem.Problem{
		Path: string(last.Path), Place: last.Place,
		Message: "every way through the plan ends in a Fail step, so that no deployment can succeed",
		Advice:  "To reach it after an error only, write the plan with StartAt and States, and name it in Next of a Catch or a Choice.",
	})
}

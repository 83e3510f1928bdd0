package main

import (
	"bytes"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/transform"
)

// places finds where the template defines the steps of its plan and their limits.
func (t source) places(template *cfn.Node, contents *transform.Contents) localrun.Places {
	places := localrun.Places{Steps: map[string]localrun.StepPlaces{}, JobTimeouts: map[string]runevents.Place{}}
	for _, runner := range contents.Runners {
		limit := template.At("Resources", runner.Name, "Properties", "RunnerConfiguration", "JobTimeout")
		if limit != nil {
			places.JobTimeouts[runner.Name] = t.at(limit.Place)
		}
	}
	if contents.Plan.Machine != nil {
		lines := bytes.Split(t.text, []byte("\n"))
		t.stepPlaces(places.Steps, contents.Plan, contents.Plan.Machine, lines)
	}
	return places
}

func (t source) stepPlaces(places map[string]localrun.StepPlaces, p *plan.Plan, machine *plan.Machine, lines [][]byte) {
	for _, state := range machine.States {
		step := localrun.StepPlaces{Step: t.at(state.Place)}
		if limit := state.Node.Get("TimeoutSeconds"); limit != nil {
			step.Timeout = t.at(limit.Place)
		}
		if state.Job != nil {
			step.Runner = state.Job.Runner
			if step.Runner == "" {
				step.Runner = p.DefaultRunner
			}
			if commands := state.Job.Properties.Get("Commands"); commands.IsList() {
				for _, command := range commands.Items {
					step.Commands = append(step.Commands, t.command(command, lines))
				}
			}
		}
		places[state.Name] = step
		for _, nested := range state.Machines {
			t.stepPlaces(places, p, nested, lines)
		}
	}
}

func (t source) at(place problem.Place) runevents.Place {
	return runevents.Place{File: t.name, Line: place.Line}
}

// command is the place of a command. A literal block of YAML keeps its lines, other
// texts do not.
func (t source) command(n *cfn.Node, lines [][]byte) localrun.CommandPlace {
	place := localrun.CommandPlace{Place: t.at(n.Place)}
	if n.Place.Line < 1 || n.Place.Line > len(lines) {
		return place
	}
	line := strings.TrimSpace(string(lines[n.Place.Line-1][min(max(n.Place.Column-1, 0), len(lines[n.Place.Line-1])):]))
	if _, after, tagged := strings.Cut(line, " "); strings.HasPrefix(line, "!Sub") && tagged {
		line = strings.TrimSpace(after)
	}
	place.Block = strings.HasPrefix(line, "|")
	return place
}

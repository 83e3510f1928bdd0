package plangraph

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// OfDefinition makes the graph of a deployed state machine: its definition in JSON.
// Attini's steps, which are Tasks there, have their own types again.
func OfDefinition(definition []byte) (*Graph, error) {
	root, problems := cfn.ReadData(definition)
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("read the definition of the state machine: %w", err)
	}
	return Of(&plan.Plan{Machine: machineOf(root)}, nil), nil
}

func machineOf(node *cfn.Node) *plan.Machine {
	machine := &plan.Machine{Node: node, StartAt: text(node.Get("StartAt"))}
	states := node.Get("States")
	if states == nil {
		return machine
	}
	for _, field := range states.Entries() {
		state := &plan.State{Name: field.Key, Type: text(field.Value.Get("Type")), Node: field.Value}
		for _, branch := range items(field.Value.Get("Branches")) {
			state.Machines = append(state.Machines, machineOf(branch))
		}
		for _, key := range []string{"Iterator", "ItemProcessor"} {
			if inner := field.Value.Get(key); inner != nil {
				state.Machines = append(state.Machines, machineOf(inner))
			}
		}
		if request := requestOf(field.Value); request != nil {
			attiniStep(state, request)
		}
		machine.States = append(machine.States, state)
	}
	return machine
}

// requestOf is what a step of Attini's types sends to the launcher; nil for others.
func requestOf(state *cfn.Node) *cfn.Node {
	for _, key := range []string{"Parameters", "Arguments"} {
		if request := state.At(key, "Payload"); request != nil && request.Get("attiniActionType") != nil {
			return request
		}
	}
	return nil
}

func attiniStep(state *plan.State, request *cfn.Node) {
	switch text(request.Get("attiniActionType")) {
	case "ExecuteRunner":
		state.Type, state.Job = "AttiniRunnerJob", &plan.Job{}
		// {stack}/{runner}/{configuration}
		if parts := strings.Split(text(request.Get("RunnerConfig")), "/"); len(parts) > 1 {
			state.Job.Runner = parts[1]
		}
	case "MergeOutput":
		state.Type = "AttiniMergeOutput"
	}
}

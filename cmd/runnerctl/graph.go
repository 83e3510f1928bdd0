package main

import (
	"fmt"
	"path/filepath"

	"github.com/fatih/color"

	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/rundir"
	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/internal/templatecheck"
	"github.com/attini-go/runner/transform"
)

type graphCommand struct {
	templateArgument
	Format string `help:"mermaid, dot (Graphviz), svg, or text: a tree for terminals." enum:"mermaid,dot,svg,text" default:"mermaid"`
	Ended  string `name:"run" help:"Colour the steps by how they ended in a run: the directory of a run, or last." placeholder:"DIR"`
	Runs   string `help:"Where runs are kept, for --run last." placeholder:"DIR"`
}

// Run runs the command.
func (c graphCommand) Run(s streams) error {
	text, template, problems, err := c.read(s)
	if err != nil {
		return err
	}
	var inventory *transform.Contents
	if template != nil {
		var found problem.List
		inventory, found = transform.ReadTemplate(template, c.values())
		problems.Add(found...)
		problems.Add(templatecheck.Parameters(template, c.values())...)
	}
	if err := text.report(s, problems); err != nil {
		return err
	}
	if inventory.Plan == nil {
		return errPartial
	}
	status, err := c.status(s)
	if err != nil {
		return usageError{err}
	}
	return c.draw(s, plangraph.Of(inventory.Plan, status))
}

// status has how steps ended in a run, by name. Of a step that ran often, the worst
// end counts.
func (c graphCommand) status(s streams) (map[string]string, error) {
	var kept *rundir.Kept
	var err error
	switch c.Ended {
	case "":
		return nil, nil //nolint:nilnil // no run, no colours
	case "last":
		runs, found := keepFlags{Runs: c.Runs}.runs(s, c.Template)
		if found != nil {
			return nil, found
		}
		kept, err = rundir.Latest(runs)
	default:
		kept, err = rundir.Read(filepath.Clean(c.Ended))
	}
	if err != nil {
		return nil, fmt.Errorf("--run: %w", err)
	}
	status := map[string]string{}
	for _, step := range kept.Started {
		ended, known := kept.Ended[step.Visit]
		if !known { // it was killed with the run
			ended.Status = runevents.Stopped
		}
		status[step.Name] = string(runevents.Worst(runevents.Status(status[step.Name]), ended.Status))
	}
	return status, nil
}

func (c graphCommand) draw(s streams, graph *plangraph.Graph) error {
	switch c.Format {
	case "dot":
		return graph.WriteDOT(s.stdout)
	case "svg":
		return graph.WriteSVG(s.stdout)
	case "text":
		p := painter(s.colour && s.terminal)
		colours := map[string]color.Attribute{"SUCCEEDED": color.FgGreen, "FAILED": color.FgRed}
		return graph.WriteText(s.stdout, func(status, text string) string {
			if attribute, known := colours[status]; known {
				return p.paint(text, attribute)
			}
			return p.paint(text, color.FgYellow)
		})
	default:
		return graph.WriteMermaid(s.stdout)
	}
}

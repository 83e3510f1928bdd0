package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/rundir"
	"github.com/attini-go/runner/transform"
)

// lookAgain is how often files are looked at, and how long they must stay as they are:
// editors write a file in several steps.
const lookAgain = 300 * time.Millisecond

// watch runs the plan again and again until ctx ends.
func (c runCommand) watch(ctx context.Context, s streams, kill <-chan struct{}) error {
	for {
		seen, text := c.stamps(), c.text()
		err := c.once(ctx, s, kill)
		if ctx.Err() != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		if err != nil && !errors.Is(err, errReported) {
			fmt.Fprintln(s.stderr, "runnerctl:", err)
		}
		fmt.Fprintf(s.stderr, "\nWaiting for changes of %s; Ctrl-C ends.\n", c.Template)
		if err := c.awaitChange(ctx, seen); err != nil {
			return err
		}
		c.From = c.firstChanged(s, text, c.text())
	}
}

// watched are the files that a run reads besides the distribution.
func (c runCommand) watched() []string {
	files := []string{c.Template, c.Input, c.Mocks, c.Lookups, c.Config}
	for _, more := range []map[string]string{c.Mock, c.Items, c.Include} {
		files = append(files, slices.Sorted(maps.Values(more))...)
	}
	return slices.DeleteFunc(files, func(file string) bool { return file == "" })
}

// stamps tell whether a file has changed. A file that is missing has none.
func (c runCommand) stamps() map[string]string {
	stamps := map[string]string{}
	for _, file := range c.watched() {
		if info, err := os.Stat(file); err == nil {
			stamps[file] = fmt.Sprint(info.ModTime().UnixNano(), info.Size())
		}
	}
	return stamps
}

// text is the template's; nil if it cannot be read, which the next run reports.
func (c runCommand) text() []byte {
	text, err := os.ReadFile(c.Template)
	if err != nil {
		return nil
	}
	return text
}

// awaitChange waits until a file has changed and stays so for a moment.
func (c runCommand) awaitChange(ctx context.Context, before map[string]string) error {
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	last := before
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
		now := c.stamps()
		if !maps.Equal(now, before) && maps.Equal(now, last) && now[c.Template] != "" {
			return nil
		}
		last = now
	}
}

// firstChanged is the first step of the top level whose definition has changed, if
// nothing else of the template has, and the payload that it had is kept; else "",
// which runs the whole plan.
func (c runCommand) firstChanged(s streams, before, after []byte) string {
	old, oldRest := c.steps(before)
	steps, rest := c.steps(after)
	if old == nil || steps == nil || !bytes.Equal(oldRest, rest) {
		return ""
	}
	runs, err := c.runs(s, c.Template)
	if err != nil {
		return ""
	}
	for _, step := range steps {
		was := slices.IndexFunc(old, func(o definition) bool { return o.name == step.name })
		if was >= 0 && bytes.Equal(old[was].text, step.text) {
			continue
		}
		if _, err := rundir.FindStep(runs, step.name, true); err != nil {
			return ""
		}
		return step.name
	}
	return ""
}

// definition is a step as the template has it.
type definition struct {
	name string
	text []byte
}

// steps are the definitions of the top level's steps, and all else of a template.
func (c runCommand) steps(text []byte) (steps []definition, rest []byte) {
	template, problems := cfn.Read(text)
	if problems.HasErrors() {
		return nil, nil
	}
	contents, problems := transform.ReadTemplate(template, c.values())
	if problems.HasErrors() || contents == nil || contents.Plan == nil || contents.Plan.Machine == nil {
		return nil, nil
	}
	for _, state := range contents.Plan.Machine.States {
		text, err := state.Node.MarshalJSON()
		if err != nil {
			return nil, nil
		}
		steps = append(steps, definition{state.Name, text})
	}
	others := template.Clone()
	others.At("Resources", contents.Plan.Name, "Properties").Delete("DeploymentPlan")
	if rest, err := others.MarshalJSON(); err == nil {
		return steps, rest
	}
	return nil, nil
}

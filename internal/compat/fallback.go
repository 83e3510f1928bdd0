package compat

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// checkFallbacks reports the FallbackInstanceTypes on which the task would not start as
// on the Runner's InstanceType. first is that host.
func (f Facts) checkFallbacks(runner *schema.Runner, definition TaskDefinition, first Host) problem.List {
	fallbacks := runner.Ec2Configuration.FallbackInstanceTypes
	if !fallbacks.Known || f.Types == nil {
		return nil
	}
	r := &reporter{runner: runner}
	for i, name := range fallbacks.Literal {
		if name == first.TypeName || slices.Contains(fallbacks.Literal[:i], name) {
			continue
		}
		host := Host{TypeName: name, Alias: first.Alias, Image: first.Image, fallback: true}
		found, exists := f.Types[name]
		if !exists {
			r.instanceType(host, problem.Error, RuleInstanceType, fmt.Sprintf("there is no instance type %s in this region; choose one that the region has", wording.Quote(name)))
			continue
		}
		host.Type = &found
		if r.sharesAmi(host, first) {
			r.hostCPU(definition, host)
			r.hostMemory(definition, host)
		}
	}
	return r.problems
}

// sharesAmi reports a fallback that the Runner's Ami is not for. Without facts about the
// AMI, the first host decides.
func (r *reporter) sharesAmi(host, first Host) bool {
	var wanted []string
	switch {
	case host.Image != nil:
		wanted = []string{host.Image.Architecture}
	case host.Alias != nil:
		wanted = []string{host.Alias.Architecture}
	case first.Type != nil:
		wanted = first.Type.Architectures
	}
	has := host.Type.Architectures
	fits := func(architecture string) bool { return architecture == "" || slices.Contains(has, architecture) }
	if len(wanted) > 0 && len(has) > 0 && !slices.ContainsFunc(wanted, fits) {
		r.instanceType(host, problem.Error, RuleArchitecture, fmt.Sprintf("%s is %s, but the Ami is for %s; give types of one architecture",
			host.TypeName, strings.Join(has, " and "), strings.Join(wanted, " and ")))
		return false
	}
	if devices := lackedDevices(host); devices != "" {
		r.instanceType(host, problem.Error, RuleAccelerator, fmt.Sprintf("%s is for hosts with %s, but %s has none; give types with %s",
			describeAlias(r.runner, *host.Alias), devices, host.TypeName, devices))
		return false
	}
	return true
}

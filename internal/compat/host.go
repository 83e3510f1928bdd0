package compat

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// Host describes a Runner's EC2 host. A nil field is unknown.
type Host struct {
	// Type is the instance type's facts, TypeName its name.
	Type     *InstanceType
	TypeName string
	// Alias is the Ami if that is an alias. Image is the AMI itself, by the
	// id given or by the alias's.
	Alias *Alias
	Image *Image
	// fallback means that the type is one of FallbackInstanceTypes.
	fallback bool
}

// cpuUnits are the CPU units of one vCPU.
const cpuUnits = 1024

// The documentation's advice on the memory of a host's task, in percent of the
// host's (section Memory).
const (
	leastShare = 70
	mostShare  = 80
)

// CheckHost reports what does not fit the Runner's host: its AMI, and the Cpu
// and Memory of its task, the Runner's own or those of the task definition that
// it does not override.
func CheckHost(runner *schema.Runner, definition TaskDefinition, host Host) problem.List {
	if runner.Ec2Configuration == nil || host.Type == nil {
		return nil
	}
	r := &reporter{runner: runner}
	if r.architecture(host) {
		r.accelerator(host)
	}
	r.hostCPU(definition, host)
	r.hostMemory(definition, host)
	return r.problems
}

// checkPlatform reports an AMI whose hosts would never join the cluster.
func checkPlatform(runner *schema.Runner, image Image) problem.List {
	if image.Platform == "" {
		return nil
	}
	r := &reporter{runner: runner}
	r.ami(problem.Error, RuleAmiPlatform, fmt.Sprintf("%s is an AMI of %s, whose hosts cannot run a shell script when they start and never join the cluster; give an AMI of Linux with the ECS agent",
		wording.Brief(runner.Ec2Configuration.Ami.Literal), image.Platform))
	return r.problems
}

// checkAddress reports an address that a host does not get: it has its subnet's.
func checkAddress(runner *schema.Runner) problem.List {
	network := runner.AwsVpcConfiguration
	if network == nil || !network.AssignPublicIp.Known || network.AssignPublicIp.Node == nil || network.AssignPublicIp.Literal != "ENABLED" {
		return nil
	}
	r := &reporter{runner: runner}
	r.add(problem.Warning, RuleHostAddress, writtenAs(network.AssignPublicIp),
		"has no effect on an EC2 host, which gets a public address only if its subnet assigns one", "AwsVpcConfiguration", "AssignPublicIp")
	r.warn("Remove it, and give the Runner subnets that reach ECS: through a NAT gateway, VPC endpoints, or addresses that the subnet assigns.")
	return r.problems
}

// UnknownInstanceType is the Error for an instance type that the region does not
// have.
func UnknownInstanceType(runner *schema.Runner) problem.Problem {
	given := runner.Ec2Configuration.InstanceType
	r := &reporter{runner: runner}
	r.instanceType(Host{}, problem.Error, RuleInstanceType, fmt.Sprintf("there is no instance type %s in this region; choose one that the region has", wording.Quote(given.Literal)))
	return r.problems[0]
}

// architecture reports whether the AMI's fits the host.
func (r *reporter) architecture(host Host) bool {
	var wanted, ami, choice string
	alias, fits := host.Type.alias()
	if host.Alias != nil {
		wanted, ami = host.Alias.Architecture, describeAlias(r.runner, *host.Alias)
		choice = "use " + alias.Name + " or another instance type"
	} else {
		ami = "the AMI " + wording.Brief(r.runner.Ec2Configuration.Ami.Literal)
		choice = "give an AMI for it, such as " + alias.Name + ", or another instance type"
	}
	if host.Image != nil {
		wanted = host.Image.Architecture
	}
	has := host.Type.Architectures
	if wanted == "" || len(has) == 0 || slices.Contains(has, wanted) {
		return true
	}
	if !fits {
		choice = "no recommended AMI fits it, so give the id of one that does, or another instance type"
	}
	r.ami(problem.Error, RuleArchitecture, fmt.Sprintf("%s is for %s, but %s is %s; %s",
		ami, wanted, host.TypeName, strings.Join(has, " and "), choice))
	return false
}

// alias returns the alias that fits an instance type best: for its accelerator
// if it has one, and not past the end of life if there is such.
func (t *InstanceType) alias() (Alias, bool) {
	accelerator := NoAccelerator
	switch {
	case !slices.Contains(t.Architectures, x86): // no alias has drivers for others
	case t.NeuronDevices > 0:
		accelerator = Neuron
	case t.GPUs > 0:
		accelerator = GPU
	}
	fits := func(a Alias) bool {
		return a.Accelerator == accelerator && slices.Contains(t.Architectures, a.Architecture)
	}
	if alias, ok := firstAlias(func(a Alias) bool { return fits(a) && a.EndOfLife.IsZero() }); ok {
		return alias, true
	}
	return firstAlias(fits)
}

// accelerator reports an AMI for an accelerator that the host lacks.
func (r *reporter) accelerator(host Host) {
	devices := lackedDevices(host)
	if devices == "" {
		return
	}
	choice := "use"
	if fitting, ok := host.Type.alias(); ok {
		choice = "use " + fitting.Name + " or"
	}
	r.ami(problem.Error, RuleAccelerator, fmt.Sprintf("%s is for hosts with %s, but %s has none; %s an instance type with %s",
		describeAlias(r.runner, *host.Alias), devices, host.TypeName, choice, devices))
}

// lackedDevices names the accelerators that the host's alias is for and the host lacks;
// "" for none.
func lackedDevices(host Host) string {
	switch {
	case host.Alias == nil:
	case host.Alias.Accelerator == GPU && host.Type.GPUs == 0:
		return "GPUs"
	case host.Alias.Accelerator == Neuron && host.Type.NeuronDevices == 0:
		return "Neuron devices"
	}
	return ""
}

// hostCPU reports a Cpu that is not smaller than the host's (section Cpu).
// Without one it is the task definition's, which ECS places on a host that has
// just as much.
func (r *reporter) hostCPU(definition TaskDefinition, host Host) {
	units := host.Type.VCPUs * cpuUnits
	has := fmt.Sprintf("%s has %d CPU units (%d vCPUs)", host.TypeName, units, host.Type.VCPUs)
	cpu := sizeOf(r.runner.Cpu, definition.CPU)
	switch {
	case units <= 0 || !cpu.Known:
	case cpu.own && cpu.Value >= units:
		r.add(problem.Error, RuleHostCPU, writtenAs(r.runner.Cpu),
			fmt.Sprintf("%d CPU units must be smaller than the host's: %s; lower Cpu or use a larger instance type", cpu.Value, has), "Cpu")
	case !cpu.own && cpu.Value > units:
		r.instanceType(host, problem.Error, RuleHostCPU,
			fmt.Sprintf("%s, less than the %d of %s; give Cpu or use a larger instance type", has, cpu.Value, definition.Name))
	}
}

// hostMemory reports a Memory that the host does not have, and warns of one
// that leaves its operating system too little (section Memory).
func (r *reporter) hostMemory(definition TaskDefinition, host Host) {
	whole := host.Type.MemoryMiB
	memory := sizeOf(r.runner.Memory, definition.Memory)
	if whole <= 0 || !memory.Known || memory.Value*100 <= whole*mostShare {
		return
	}
	subject := fmt.Sprintf("%d MiB", memory.Value)
	if !memory.own {
		subject += ", the Memory of " + definition.Name + ","
	}
	severity := problem.Error
	recommended := fmt.Sprintf("ca. %d-%d%%, %d-%d MiB", leastShare, mostShare, (whole*leastShare+99)/100, whole*mostShare/100)
	message := fmt.Sprintf("%s are more than the %d MiB of %s (recommended: %s); ", subject, whole, host.TypeName, recommended)
	if memory.Value <= whole {
		severity = problem.Warning
		message = fmt.Sprintf("%s are %d%% of the %d MiB of %s and leave its operating system little (recommended: %s); ",
			subject, (memory.Value*100+whole-1)/whole, whole, host.TypeName, recommended)
	}
	if memory.own {
		r.add(severity, RuleHostMemory, writtenAs(r.runner.Memory), message+"lower Memory or use a larger instance type", "Memory")
		return
	}
	r.instanceType(host, severity, RuleHostMemory, message+"give Memory or use a larger instance type")
}

// instanceType reports the property that names a host's type.
func (r *reporter) instanceType(host Host, severity problem.Severity, rule, message string) {
	configured := r.runner.Ec2Configuration
	as, property := writtenAs(configured.InstanceType), "InstanceType"
	if host.fallback {
		as, property = writtenAs(configured.FallbackInstanceTypes), "FallbackInstanceTypes"
	}
	r.add(severity, rule, as, message, "Ec2Configuration", property)
}

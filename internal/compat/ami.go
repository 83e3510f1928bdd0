package compat

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// Accelerator is the special hardware that an AMI has drivers for.
type Accelerator string

// The accelerators of the recommended AMIs.
const (
	NoAccelerator Accelerator = ""
	GPU           Accelerator = "GPU"
	Neuron        Accelerator = "Neuron"
)

// Architectures of the recommended AMIs, in the words of EC2.
const (
	x86 = "x86_64"
	arm = "arm64"
)

// Alias is a documented name of a recommended AMI (section Ec2Configuration,
// Ami). AWS publishes the id of its latest AMI under a public parameter of
// Systems Manager in each region.
type Alias struct {
	Name string
	// Parameters are the full names of the parameters that may hold the AMI's
	// id; the first that exists in the region counts.
	Parameters []string
	// Architecture is x86_64 or arm64.
	Architecture string
	Accelerator  Accelerator
	// EndOfLife is the day on which the support of the AMI's distribution
	// ended; the zero Time when no day that has passed is known.
	EndOfLife time.Time
}

// Aliases returns the documented names in the documentation's order. The
// caller may change them.
func Aliases() []Alias {
	// Amazon ECS developer guide, "Amazon ECS-optimized Linux AMIs": the
	// support of Amazon Linux 2 ended on that day.
	linux2 := time.Date(2026, time.June, 30, 0, 0, 0, 0, time.UTC)
	return []Alias{
		{"AmazonLinux2", recommended("amazon-linux-2/kernel-5.10"), x86, NoAccelerator, linux2},
		{"AmazonLinux2_arm64", recommended("amazon-linux-2/kernel-5.10/arm64"), arm, NoAccelerator, linux2},
		{"AmazonLinux2_gpu", recommended("amazon-linux-2/gpu"), x86, GPU, linux2},
		{"AmazonLinux2_inf", recommended("amazon-linux-2/inf"), x86, Neuron, linux2},
		{"AmazonLinux2023", recommended("amazon-linux-2023"), x86, NoAccelerator, time.Time{}},
		{"AmazonLinux2023_arm64", recommended("amazon-linux-2023/arm64"), arm, NoAccelerator, time.Time{}},
		// AWS has renamed this one; a region may have either name.
		{"AmazonLinux2023_inf", recommended("amazon-linux-2023/neuron", "amazon-linux-2023/inf"), x86, Neuron, time.Time{}},
	}
}

// recommended are the parameters that hold the ids of AWS's recommended AMIs
// for ECS (Amazon ECS developer guide, "Retrieving Amazon ECS-optimized Linux
// AMI metadata").
func recommended(variants ...string) []string {
	parameters := make([]string, len(variants))
	for i, variant := range variants {
		parameters[i] = "/aws/service/ecs/optimized-ami/" + variant + "/recommended/image_id"
	}
	return parameters
}

// AliasNamed returns the alias with that name.
func AliasNamed(name string) (Alias, bool) {
	return firstAlias(func(a Alias) bool { return a.Name == name })
}

// firstAlias returns the first alias that fits.
func firstAlias(fits func(Alias) bool) (Alias, bool) {
	aliases := Aliases()
	i := slices.IndexFunc(aliases, fits)
	if i < 0 {
		return Alias{}, false
	}
	return aliases[i], true
}

// AliasOf returns the alias that is the Ami of a Runner, by default too; none
// for a Runner without a host, for an AMI id, and for an Ami that is not known
// yet.
func AliasOf(runner *schema.Runner) (Alias, bool) {
	if runner.Ec2Configuration == nil || !runner.Ec2Configuration.Ami.Known {
		return Alias{}, false
	}
	return AliasNamed(runner.Ec2Configuration.Ami.Literal)
}

// AliasParameters returns the names of all aliases' parameters, in the aliases'
// order: at most 10, which is what one call of GetParameters takes.
func AliasParameters() []string {
	var names []string
	for _, alias := range Aliases() {
		names = append(names, alias.Parameters...)
	}
	return names
}

// Resolve finds the AMI's id in the region's parameters, values by name, and
// the name of the parameter that holds it.
func (a Alias) Resolve(parameters map[string]string) (id, parameter string, ok bool) {
	for _, name := range a.Parameters {
		if value := parameters[name]; value != "" {
			return value, name, true
		}
	}
	return "", "", false
}

// Successor returns the alias for the same hardware whose distribution is not
// past its end of life.
func (a Alias) Successor() (Alias, bool) {
	return firstAlias(func(b Alias) bool {
		return b.EndOfLife.IsZero() && b.Architecture == a.Architecture && b.Accelerator == a.Accelerator
	})
}

// UnknownAlias is the Error for a Runner's alias of which no parameter exists
// in the region. parameters are those that do, values by name.
func UnknownAlias(runner *schema.Runner, alias Alias, parameters map[string]string) problem.Problem {
	var here []string
	for _, other := range Aliases() {
		if _, _, ok := other.Resolve(parameters); ok {
			here = append(here, other.Name)
		}
	}
	choice := "the region has no other recommended AMI either; give an AMI id"
	if len(here) > 0 {
		choice = fmt.Sprintf("the region has: %s; use one of them, or give an AMI id", strings.Join(here, ", "))
	}
	missing := "parameter " + alias.Parameters[0] + " does not exist"
	if len(alias.Parameters) > 1 {
		missing = "none of the parameters " + strings.Join(alias.Parameters, ", ") + " exists"
	}
	r := &reporter{runner: runner}
	r.ami(problem.Error, RuleAmiAlias, fmt.Sprintf("%s is not there in this region: %s (%s)", describeAlias(runner, alias), missing, choice))
	return r.problems[0]
}

// UnknownAmi is the Error for a Runner's Ami that is no id of an AMI of the
// region which the account may use.
func UnknownAmi(runner *schema.Runner) problem.Problem {
	r := &reporter{runner: runner}
	r.ami(problem.Error, RuleUnknownAmi, runner.Ec2Configuration.Ami.Literal+" is no AMI of this region that the account may use")
	return r.problems[0]
}

// CheckAmi warns of an alias whose distribution is past its end of life. That
// is a fact of the alias and not of the clock, so that the same template has
// the same problems every day.
func CheckAmi(runner *schema.Runner) problem.List {
	alias, ok := AliasOf(runner)
	if !ok || alias.EndOfLife.IsZero() {
		return nil
	}
	message := fmt.Sprintf("%s reached its end of life on %s", describeAlias(runner, alias), alias.EndOfLife.Format("2 January 2006"))
	r := &reporter{runner: runner}
	if successor, ok := alias.Successor(); ok {
		r.ami(problem.Warning, RuleAmiEndOfLife, message+"; use "+successor.Name)
		return r.problems
	}
	r.ami(problem.Warning, RuleAmiEndOfLife,
		message+", and no documented name follows it; give the id of an ECS-optimized Amazon Linux 2023 AMI for GPUs")
	r.warn("AWS publishes that id in the Systems Manager parameter " + recommended("amazon-linux-2023/gpu")[0] + ".")
	return r.problems
}

// ami reports the Ami of a Runner with a host.
func (r *reporter) ami(severity problem.Severity, rule, message string) {
	r.add(severity, rule, writtenAs(r.runner.Ec2Configuration.Ami), message, "Ec2Configuration", "Ami")
}

// describeAlias names a Runner's alias, and says so if it is the default.
func describeAlias(runner *schema.Runner, alias Alias) string {
	if runner.Ec2Configuration.Ami.Given() {
		return alias.Name
	}
	return "the default, " + alias.Name + ","
}

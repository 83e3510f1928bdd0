package compat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/test/golden"
)

func instanceType(t testing.TB, name string) *compat.InstanceType {
	t.Helper()
	x86 := []string{"x86_64"}
	types := map[string]compat.InstanceType{
		"m5.large":    {VCPUs: 2, MemoryMiB: 8192, Architectures: x86},
		"m7g.large":   {VCPUs: 2, MemoryMiB: 8192, Architectures: []string{"arm64"}},
		"t2.small":    {VCPUs: 1, MemoryMiB: 2048, Architectures: []string{"i386", "x86_64"}},
		"t3.micro":    {VCPUs: 2, MemoryMiB: 1024, Architectures: x86},
		"t3.medium":   {VCPUs: 2, MemoryMiB: 4096, Architectures: x86},
		"g4dn.xlarge": {VCPUs: 4, MemoryMiB: 16384, Architectures: x86, GPUs: 1},
		"g5g.xlarge":  {VCPUs: 4, MemoryMiB: 8192, Architectures: []string{"arm64"}, GPUs: 1},
		"inf2.xlarge": {VCPUs: 4, MemoryMiB: 16384, Architectures: x86, NeuronDevices: 1},
		"mac2.metal":  {VCPUs: 8, MemoryMiB: 16384, Architectures: []string{"arm64_mac"}},
		"c3.large":    {VCPUs: 2, MemoryMiB: 3840, Architectures: x86},
		"c1.odd":      {VCPUs: 1, MemoryMiB: 3333, Architectures: x86},
		"x9.unknown":  {},
	}
	facts, ok := types[name]
	require.True(t, ok, name)
	return &facts
}

// on makes the Host that is known of a Runner by its alias and instance type.
func on(t testing.TB, ami, typeName string) compat.Host {
	t.Helper()
	host := compat.Host{Type: instanceType(t, typeName), TypeName: typeName}
	if alias, ok := compat.AliasNamed(ami); ok {
		host.Alias = &alias
	}
	return host
}

func TestCheckHostAmi(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	const absent = "(absent)"
	arch, accelerator := compat.RuleArchitecture, compat.RuleAccelerator
	for _, c := range []struct{ name, ami, typeName, rule string }{
		{"x86_64", "AmazonLinux2023", "m5.large", ""},
		{"arm64", "AmazonLinux2_arm64", "m7g.large", ""},
		{"one of several", "AmazonLinux2", "t2.small", ""},
		{"plain AMI on a type with GPUs", "AmazonLinux2", "g4dn.xlarge", ""},
		{"plain AMI on a type with Neuron devices", "AmazonLinux2", "inf2.xlarge", ""},
		{"GPU", "AmazonLinux2_gpu", "g4dn.xlarge", ""},
		{"Neuron", "AmazonLinux2023_inf", "inf2.xlarge", ""},
		{"own AMI, of which nothing is known", "ami-0123abcd", "m7g.large", ""},
		{"type of no known architecture", "AmazonLinux2", "x9.unknown", ""},

		{"x86_64 on arm64", "AmazonLinux2023", "m7g.large", arch},
		{"the default on arm64", absent, "m7g.large", arch},
		{"arm64 on x86_64", "AmazonLinux2_arm64", "m5.large", arch},
		{"arm64 on several", "AmazonLinux2_arm64", "t2.small", arch},
		{"arm64 on GPUs", "AmazonLinux2_arm64", "g4dn.xlarge", arch},
		{"arm64 on Neuron devices", "AmazonLinux2_arm64", "inf2.xlarge", arch},
		{"GPUs on arm64 with GPUs", "AmazonLinux2_gpu", "g5g.xlarge", arch},
		{"GPUs on arm64 without, one mistake", "AmazonLinux2_gpu", "m7g.large", arch},
		{"on what no AMI is for", "AmazonLinux2", "mac2.metal", arch},

		{"GPU without", "AmazonLinux2_gpu", "m5.large", accelerator},
		{"Neuron without", "AmazonLinux2_inf", "m5.large", accelerator},
		{"GPU on Neuron devices", "AmazonLinux2_gpu", "inf2.xlarge", accelerator},
		{"Neuron on GPUs", "AmazonLinux2023_inf", "g4dn.xlarge", accelerator},
		{"GPU on a type of no known architecture", "AmazonLinux2_gpu", "x9.unknown", accelerator},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			properties, line, column := "Ec2Configuration:\n  InstanceType: "+c.typeName+"\n  Ami: "+c.ami, 7, 14
			host := on(t, c.ami, c.typeName)
			if c.ami == absent {
				properties, line, column = "Ec2Configuration:\n  InstanceType: "+c.typeName, 5, 7
				host = on(t, "AmazonLinux2", c.typeName)
			}
			var want problem.List
			if c.rule != "" {
				want = only(problem.Error, c.rule, "Ec2Configuration.Ami", line, column)
			}
			check(t, words, want, compat.CheckHost(read(t, properties), compat.TaskDefinition{}, host))
		})
	}
}

func TestCheckHostImage(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	own := func(typeName, architecture string) problem.List {
		runner := read(t, "Ec2Configuration:\n  Ami: ami-0123abcd\n  InstanceType: "+typeName)
		host := on(t, "ami-0123abcd", typeName)
		host.Image = &compat.Image{Architecture: architecture}
		return compat.CheckHost(runner, compat.TaskDefinition{}, host)
	}
	assert.Empty(t, own("m7g.large", "arm64"))
	assert.Empty(t, own("m5.large", ""))
	for typeName, architecture := range map[string]string{"m7g.large": "x86_64", "mac2.metal": "arm64"} {
		t.Run(typeName, func(t *testing.T) {
			check(t, words, only(problem.Error, compat.RuleArchitecture, "Ec2Configuration.Ami", 6, 14), own(typeName, architecture))
		})
	}

	// What the AMI of an alias is like counts more than what it should be.
	host := on(t, "AmazonLinux2023", "m7g.large")
	host.Image = &compat.Image{Architecture: "arm64"}
	runner := read(t, "Ec2Configuration: {InstanceType: m7g.large, Ami: AmazonLinux2023}")
	assert.Empty(t, compat.CheckHost(runner, compat.TaskDefinition{}, host))
}

func TestCheckHostSizes(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	const (
		large = "Ec2Configuration: {InstanceType: m5.large}\n"
		own   = "Build"
	)
	cpu := func(column int) problem.List {
		return only(problem.Error, compat.RuleHostCPU, "Cpu", 6, column)
	}
	memory := func(severity problem.Severity) problem.List {
		return only(severity, compat.RuleHostMemory, "Memory", 6, 15)
	}
	host := func(severity problem.Severity, rule string) problem.List {
		return only(severity, rule, "Ec2Configuration.InstanceType", 5, 40)
	}
	for _, c := range []struct {
		name, properties, typeName string
		definition                 string
		want                       problem.List
	}{
		{"Cpu below", large + "Cpu: 2047", "m5.large", "", nil},
		{"Cpu as much", large + "Cpu: 2048", "m5.large", "", cpu(12)},
		{"Cpu above", large + "Cpu: 98304", "m5.large", "", cpu(12)},
		{
			"Cpu from a parameter", large + "Cpu: !Ref Great", "m5.large", "",
			cpu(12),
		},
		{"Cpu not known", large + "Cpu: !Ref Open", "m5.large", "Cpu: 4096", nil},
		{"own Cpu in place of the definition's", large + "Cpu: 256", "m5.large", "Cpu: 4096", nil},
		{"definition's Cpu as much, which ECS places", large, "m5.large", "Cpu: 2048", nil},
		{
			"definition's Cpu above", large, "m5.large", "Cpu: 4 vCPU",
			host(problem.Error, compat.RuleHostCPU),
		},
		{"definition's Cpu not known", large, "m5.large", "Cpu: !Ref Open", nil},
		{"nothing known of the type", large + "Cpu: 98304\nMemory: 25165824", "x9.unknown", "", nil},

		{"Memory at 80%", large + "Memory: 6553", "m5.large", "", nil},
		{
			"Memory just above 80%", large + "Memory: 6554", "m5.large", "",
			memory(problem.Warning),
		},
		{
			"all Memory", large + "Memory: 8192", "m5.large", "",
			memory(problem.Warning),
		},
		{
			"more than all Memory", large + "Memory: 8193", "m5.large", "",
			memory(problem.Error),
		},
		{"Memory at exactly 80%", large + "Memory: 3072", "c3.large", "", nil},
		{
			"one MiB more than exactly 80%", large + "Memory: 3073", "c3.large", "",
			memory(problem.Warning),
		},
		{"Memory at 80% of an odd size", large + "Memory: 2666", "c1.odd", "", nil},
		{
			"Memory above 80% of an odd size", large + "Memory: 2667", "c1.odd", "",
			memory(problem.Warning),
		},
		{"Memory not known", large + "Memory: !Ref Open", "m5.large", "Memory: 9000", nil},
		{"own Memory in place of the definition's", large + "Memory: 512", "m5.large", "Memory: 9000", nil},
		{
			"definition's Memory above 80%", large, "m5.large", "Memory: 7 GB",
			host(problem.Warning, compat.RuleHostMemory),
		},
		{
			"definition's Memory above all", large, "m5.large", "Memory: 9000",
			host(problem.Error, compat.RuleHostMemory),
		},
		{"our definition on a host with enough", large, "t3.medium", own, nil},
		{
			"our definition on a host with too little", large, "t3.micro", own,
			host(problem.Error, compat.RuleHostMemory),
		},
		{
			"our definition on a host with hardly enough", large, "c1.odd", own,
			host(problem.Warning, compat.RuleHostMemory),
		},
		{"our definition with Memory of its own", large + "Memory: 512", "t3.micro", own, nil},
		{
			"Memory from a parameter", large + "Memory: !Ref Great", "m5.large", "",
			memory(problem.Error),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			runner := read(t, c.properties)
			definition := define(t, c.definition, false)
			if c.definition == own {
				definition = compat.EmittedTaskDefinition(runner)
			}
			check(t, words, c.want, compat.CheckHost(runner, definition, on(t, "AmazonLinux2023", c.typeName)))
		})
	}
}

func TestCheckHostNeedsAHost(t *testing.T) {
	t.Parallel()
	assert.Empty(t, compat.CheckHost(read(t, "Cpu: 98304"), compat.TaskDefinition{}, on(t, "AmazonLinux2", "m7g.large")), "on Fargate")
	runner := read(t, "Ec2Configuration: {InstanceType: !Ref Open}\nCpu: 98304")
	assert.Empty(t, compat.CheckHost(runner, compat.TaskDefinition{}, compat.Host{}), "a type that is not known yet")
}

func TestCheckHostReportsAllTogether(t *testing.T) {
	t.Parallel()
	runner := read(t, "Ec2Configuration: {InstanceType: m7g.large}\nCpu: 4096\nMemory: 9000")
	var rules []string
	for _, p := range compat.CheckHost(runner, compat.EmittedTaskDefinition(runner), on(t, "AmazonLinux2", "m7g.large")) {
		rules = append(rules, p.Rule)
	}
	assert.Equal(t, []string{compat.RuleArchitecture, compat.RuleHostCPU, compat.RuleHostMemory}, rules)
}

func TestUnknownInstanceType(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	runner := read(t, "Ec2Configuration: {InstanceType: m9.huge}")
	check(t, words, only(problem.Error, compat.RuleInstanceType, "Ec2Configuration.InstanceType", 5, 40),
		problem.List{compat.UnknownInstanceType(runner)})
}

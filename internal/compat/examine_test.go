package compat_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// account answers from Facts, and records what it is asked.
type account struct {
	facts              compat.Facts
	types, images, par error
	asked              map[string][]string
}

func (a *account) Parameters(_ context.Context, names []string) (map[string]string, error) {
	a.asked["parameters"] = append(a.asked["parameters"], "once")
	return a.facts.Parameters, a.par
}

func (a *account) Images(_ context.Context, ids []string) (map[string]compat.Image, error) {
	a.asked["images"] = append(a.asked["images"], ids...)
	return a.facts.Images, a.images
}

// InstanceTypes may be called beside the others.
func (a *account) InstanceTypes(_ context.Context, names []string) (map[string]compat.InstanceType, error) {
	if len(names) != 2 || names[0] != "c5.large" || names[1] != "m5.large" {
		return nil, errors.New("each type once, sorted")
	}
	return a.facts.Types, a.types
}

func hostRunners(t *testing.T) []*schema.Runner {
	t.Helper()
	return []*schema.Runner{
		read(t, "Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}"),
		read(t, "Ec2Configuration: {InstanceType: m5.large, Ami: ami-22222222, FallbackInstanceTypes: [m5.large, c5.large]}"),
		read(t, "Ec2Configuration: {InstanceType: m5.large, Ami: ami-22222222}"),
		read(t, "Ec2Configuration: {InstanceType: !Ref Open, Ami: !Ref Open}"),
		read(t, "Memory: 512"),
	}
}

func knownFacts() compat.Facts {
	return compat.Facts{
		Parameters: map[string]string{"/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id": "ami-11111111"},
		Images:     map[string]compat.Image{"ami-11111111": {Architecture: "x86_64"}, "ami-22222222": {Architecture: "x86_64"}},
		Types:      map[string]compat.InstanceType{"m5.large": {VCPUs: 2, MemoryMiB: 8192, Architectures: []string{"x86_64"}}, "c5.large": {VCPUs: 2, MemoryMiB: 4096, Architectures: []string{"x86_64"}}},
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	a := &account{facts: knownFacts(), asked: map[string][]string{}}
	facts, unanswered := compat.QuestionsOf(hostRunners(t)...).Ask(t.Context(), a)
	assert.Empty(t, unanswered)
	assert.Equal(t, knownFacts(), facts)
	assert.Equal(t, map[string][]string{"parameters": {"once"}, "images": {"ami-11111111", "ami-22222222"}}, a.asked)

	a = &account{asked: map[string][]string{}}
	facts, unanswered = compat.QuestionsOf(hostRunners(t)[3:]...).Ask(t.Context(), a)
	assert.Equal(t, compat.Facts{}, facts)
	assert.Empty(t, unanswered)
	assert.Empty(t, a.asked, "nothing is known that could be asked about")
}

func TestUnanswered(t *testing.T) {
	t.Parallel()
	noTypes, noParameters := errors.New("no types"), errors.New("no parameters")
	a := &account{types: noTypes, par: noParameters, asked: map[string][]string{}}
	_, unanswered := compat.QuestionsOf(hostRunners(t)...).Ask(t.Context(), a)
	assert.Equal(t, []compat.Unanswered{{Property: "InstanceType", Err: noTypes}, {Property: "Ami", Err: noParameters}}, unanswered)
	assert.NotContains(t, a.asked, "images", "the parameters have their ids")
}

func TestExamine(t *testing.T) {
	t.Parallel()
	without := func(change func(*compat.Facts)) compat.Facts {
		facts := knownFacts()
		change(&facts)
		return facts
	}
	withTypes := func() compat.Facts {
		return without(func(f *compat.Facts) {
			f.Parameters = nil
			for _, name := range []string{"m7g.large", "t2.small", "g4dn.xlarge"} {
				f.Types[name] = *instanceType(t, name)
			}
		})
	}
	cases := map[string]struct {
		properties string
		facts      compat.Facts
		rules      []string
	}{
		"all fits":                 {"Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", knownFacts(), nil},
		"nothing was asked":        {"Ec2Configuration: {InstanceType: x9.none, Ami: ami-99999999}", compat.Facts{}, nil},
		"no host":                  {"Memory: 512", knownFacts(), nil},
		"values that are unknown":  {"Ec2Configuration: {InstanceType: !Ref Open, Ami: !Ref Open}", knownFacts(), nil},
		"no such type":             {"Ec2Configuration: {InstanceType: x9.none, Ami: AmazonLinux2023}", knownFacts(), []string{compat.RuleInstanceType}},
		"no such AMI":              {"Ec2Configuration: {InstanceType: m5.large, Ami: ami-99999999}", knownFacts(), []string{compat.RuleUnknownAmi}},
		"no parameter":             {"Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", without(func(f *compat.Facts) { clear(f.Parameters) }), []string{compat.RuleAmiAlias}},
		"the alias's AMI is gone":  {"Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", without(func(f *compat.Facts) { delete(f.Images, "ami-11111111") }), nil},
		"the image's architecture": {"Ec2Configuration: {InstanceType: m5.large, Ami: ami-22222222}", without(func(f *compat.Facts) { f.Images["ami-22222222"] = compat.Image{Architecture: "arm64"} }), []string{compat.RuleArchitecture}},
		"the alias's image":        {"Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}", without(func(f *compat.Facts) { f.Images["ami-11111111"] = compat.Image{Architecture: "arm64"} }), []string{compat.RuleArchitecture}},
		"an AMI of Windows": {"Ec2Configuration: {InstanceType: m5.large, Ami: ami-22222222}", without(func(f *compat.Facts) {
			f.Images["ami-22222222"] = compat.Image{Architecture: "x86_64", Platform: "Windows"}
		}), []string{compat.RuleAmiPlatform}},
		"a public address":                {"{Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}, AwsVpcConfiguration: {AssignPublicIp: ENABLED}}", knownFacts(), []string{compat.RuleHostAddress}},
		"no public address":               {"{Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}, AwsVpcConfiguration: {AssignPublicIp: DISABLED}}", knownFacts(), nil},
		"a fallback that fits":            {"{Cpu: 1024, Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023, FallbackInstanceTypes: [c5.large, m5.large, c5.large]}}", knownFacts(), nil},
		"a fallback that does not exist":  {"Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023, FallbackInstanceTypes: [c5.large, x9.none]}", knownFacts(), []string{compat.RuleInstanceType}},
		"a fallback that is unknown":      {"{Cpu: 98304, Ec2Configuration: {InstanceType: !Ref Open, Ami: AmazonLinux2023, FallbackInstanceTypes: [m5.large, !Ref Open]}}", knownFacts(), nil},
		"a fallback that is too small":    {"{Cpu: 1024, Memory: 3800, Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023, FallbackInstanceTypes: [c5.large]}}", knownFacts(), []string{compat.RuleHostMemory}},
		"a fallback with too few vCPUs":   {"{Cpu: 1536, Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023, FallbackInstanceTypes: [t2.small]}}", withTypes(), []string{compat.RuleHostCPU}},
		"a fallback for another alias":    {"Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023, FallbackInstanceTypes: [m7g.large]}", withTypes(), []string{compat.RuleArchitecture}},
		"a fallback for another AMI":      {"Ec2Configuration: {InstanceType: m5.large, Ami: ami-22222222, FallbackInstanceTypes: [m7g.large]}", withTypes(), []string{compat.RuleArchitecture}},
		"a fallback of another type's":    {"Ec2Configuration: {InstanceType: m5.large, Ami: !Ref Open, FallbackInstanceTypes: [m7g.large]}", withTypes(), []string{compat.RuleArchitecture}},
		"a fallback of one of its type's": {"Ec2Configuration: {InstanceType: t2.small, Ami: !Ref Open, FallbackInstanceTypes: [m5.large]}", withTypes(), nil},
		"a fallback without GPUs":         {"Ec2Configuration: {InstanceType: g4dn.xlarge, Ami: AmazonLinux2_gpu, FallbackInstanceTypes: [m5.large]}", withTypes(), []string{compat.RuleAmiEndOfLife, compat.RuleAccelerator}},
		"end of life":                     {"Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2}", compat.Facts{}, []string{compat.RuleAmiEndOfLife}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := maps.Clone(c.facts.Images)
			var rules []string
			for _, p := range c.facts.Examine(read(t, c.properties), compat.TaskDefinition{}) {
				rules = append(rules, p.Rule)
				assert.Contains(t, []problem.Severity{problem.Error, problem.Warning}, p.Severity)
			}
			assert.Equal(t, c.rules, rules)
			assert.Equal(t, before, c.facts.Images)
		})
	}
}

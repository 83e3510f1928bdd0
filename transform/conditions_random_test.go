package transform_test

import "github.com/attini-go/runner/internal/cfn"

// conditionalRunner makes a Runner of bytes; what these lack is absent.
type conditionalRunner struct {
	choices []byte
	depth   int
}

func (g *conditionalRunner) next(n int) int {
	if len(g.choices) == 0 {
		return 0
	}
	choice := int(g.choices[0]) % n
	g.choices = g.choices[1:]
	return choice
}

func (g *conditionalRunner) condition() *cfn.Node {
	names := []string{"PisA", "PisB", "QisA", "QisB", "NotPisA", "Both", "Either", "Shop"}
	return cfn.Str(names[g.next(len(names))])
}

// value is one of the values, a choice of such, or nothing.
func (g *conditionalRunner) value(values ...*cfn.Node) *cfn.Node {
	const deepest = 3
	switch form := g.next(8); {
	case form < 4 && g.depth < deepest && len(g.choices) > 0:
		g.depth++
		defer func() { g.depth-- }()
		return cfn.Obj(cfn.F("Fn::If", cfn.Seq(g.condition(), g.value(values...), g.value(values...))))
	case form == 4:
		return cfn.Ref("AWS::NoValue")
	}
	return values[g.next(len(values))]
}

// properties are fields of an object, of which each may be missing.
func (g *conditionalRunner) properties(fields ...func() cfn.Field) *cfn.Node {
	object := cfn.Obj()
	for _, field := range fields {
		if g.next(2) == 1 {
			object.Fields = append(object.Fields, field())
		}
	}
	return object
}

func (g *conditionalRunner) texts(name string, values ...string) func() cfn.Field {
	return func() cfn.Field {
		nodes := make([]*cfn.Node, len(values))
		for i, value := range values {
			nodes[i] = cfn.Str(value)
		}
		return cfn.F(name, g.value(nodes...))
	}
}

func (g *conditionalRunner) nodes(name string, values func() []*cfn.Node) func() cfn.Field {
	return func() cfn.Field { return cfn.F(name, g.value(values()...)) }
}

func (g *conditionalRunner) runner() *cfn.Node {
	resource := cfn.Obj(cfn.F("Type", cfn.Str("Attini::Deploy::Runner")))
	if g.next(4) == 1 {
		resource.Set("Condition", g.condition())
	}
	resource.Set("Properties", g.properties(
		g.nodes("TaskDefinitionArn", func() []*cfn.Node { return []*cfn.Node{cfn.Ref("Task"), cfn.Str("family:1")} }),
		g.texts("Image", "debian", "ubuntu"),
		g.nodes("Ec2Configuration", func() []*cfn.Node { return []*cfn.Node{g.host(), g.host()} }),
		g.nodes("AwsVpcConfiguration", func() []*cfn.Node { return []*cfn.Node{g.network()} }),
		g.texts("ContainerName", "main", "Container"),
		g.texts("EcsCluster", "one", "two"),
		g.texts("RoleArn", "arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"),
		g.nodes("Memory", func() []*cfn.Node { return []*cfn.Node{cfn.Int(2048), cfn.Int(4096)} }),
		g.nodes("Cpu", func() []*cfn.Node { return []*cfn.Node{cfn.Int(512), cfn.Int(1024)} }),
		g.nodes("RunnerConfiguration", func() []*cfn.Node {
			return []*cfn.Node{g.properties(g.nodes("JobTimeout", func() []*cfn.Node { return []*cfn.Node{cfn.Int(60), cfn.Int(61)} }))}
		}),
		g.nodes("Startup", func() []*cfn.Node { return []*cfn.Node{cfn.Obj(cfn.F("Commands", cfn.Seq(g.value(cfn.Str("ls")))))} }),
	))
	return resource
}

func (g *conditionalRunner) host() *cfn.Node {
	host := g.properties(
		g.texts("Ami", "AmazonLinux2023", "AmazonLinux2", "ami-0123456789abcdef0"),
		g.texts("InstanceProfileName", "one", "two"),
	)
	kind := cfn.Str("m5.large")
	if g.next(4) == 1 {
		kind = g.value(cfn.Str("m5.large"))
	}
	host.Set("InstanceType", kind)
	return host
}

func (g *conditionalRunner) network() *cfn.Node {
	network := g.properties(
		g.nodes("SecurityGroups", func() []*cfn.Node {
			return []*cfn.Node{cfn.Str("sg-1, sg-2"), cfn.Seq(cfn.Str("sg-1"), g.value(cfn.Str("sg-2")))}
		}),
		g.texts("AssignPublicIp", "ENABLED", "DISABLED"),
	)
	network.Set("Subnets", cfn.Str("subnet-1"))
	return network
}

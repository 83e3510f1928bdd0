package transform

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// triggerType is the custom resource that starts a plan when its stack is
// deployed.
const triggerType = "Custom::AttiniDeploymentPlanTrigger"

func triggerID(p *plan.Plan) string { return StateMachineID(p.Name) + "Trigger" }

// trigger tells the lifecycle function of a deployment, so that it starts the
// plan's state machine once the stack is there.
func trigger(p *plan.Plan) *cfn.Node {
	id := StateMachineID(p.Name)
	properties := cfn.Obj(
		cfn.F("ServiceToken", functionARN(lifecycleFunction)),
		cfn.F("StackName", cfn.Ref("AWS::StackName")),
		cfn.F("SfnName", cfn.GetAtt(id, "Name")),
		cfn.F("SfnArn", cfn.Ref(id)),
		cfn.F("DeploymentPlanLogicalName", cfn.Str(id)),
		cfn.F("AttiniSteps", attiniSteps(p)),
	)
	setDefaults(properties, p.PayloadDefaults)
	return cfn.Obj(cfn.F("Type", cfn.Str(triggerType)), cfn.F("Properties", properties))
}

// setDefaults writes PayloadDefaults as a text, since CloudFormation makes texts
// of the numbers and booleans that a custom resource gets. What only the
// deployment knows is null there, and listed with its path beside the text.
func setDefaults(properties, defaults *cfn.Node) {
	if defaults == nil {
		defaults = cfn.Obj()
	}
	values := cfn.Seq()
	literal := withoutValues(defaults, nil, values)
	text, err := literal.MarshalJSON()
	if err != nil { // it was read
		panic(err)
	}
	properties.Set("PayloadDefaults", cfn.Str(string(text)))
	if len(values.Items) > 0 {
		properties.Set("PayloadDefaultsValues", values)
	}
}

// withoutValues returns a tree with null in the place of each value that only
// the deployment knows, and appends these, with their paths, to values.
func withoutValues(n *cfn.Node, path []*cfn.Node, values *cfn.Node) *cfn.Node {
	_, _, intrinsic := cfn.Intrinsic(n)
	if intrinsic || n.IsString() && cfn.IsDynamicReference(n.Text) {
		values.Items = append(values.Items, cfn.Obj(cfn.F("Path", cfn.Seq(path...)), cfn.F("Value", n.Clone())))
		return &cfn.Node{Kind: cfn.Null}
	}
	below := func(step string) []*cfn.Node { return append(slices.Clone(path), cfn.Str(step)) }
	switch {
	case n.IsMap():
		literal := cfn.Obj()
		for _, field := range n.Fields {
			literal.Fields = append(literal.Fields, cfn.F(field.Key, withoutValues(field.Value, below(field.Key), values)))
		}
		return literal
	case n.IsList():
		literal := cfn.Seq()
		for i, item := range n.Items {
			literal.Items = append(literal.Items, withoutValues(item, below(strconv.Itoa(i)), values))
		}
		return literal
	}
	return n.Clone()
}

// addDigest gives the trigger the stack's parameters, secret ones left out since they
// would be readable in the payload, and a digest of the template.
// CloudFormation calls a custom resource only when its properties change: so
// the plan runs again whenever a deployment changes anything, and a change set
// that changes nothing stays empty.
func (x *expansion) addDigest(expanded *cfn.Node, p *plan.Plan) {
	properties := expanded.At("Resources", triggerID(p), "Properties")
	parameters := cfn.Obj()
	for _, declared := range expanded.Get("Parameters").Entries() {
		if !cfn.IsNoEcho(declared.Value) {
			parameters.Fields = append(parameters.Fields, cfn.F(declared.Key, cfn.Ref(declared.Key)))
		}
	}
	if len(parameters.Fields) > 0 {
		properties.Set("Parameters", parameters)
	}
	digest := sha256.New()
	text := bufio.NewWriter(digest)
	// CloudFormation strips the Transform section before it calls the macro.
	template := *expanded
	template.Fields = slices.DeleteFunc(slices.Clone(expanded.Fields), func(f cfn.Field) bool { return f.Key == "Transform" })
	appendDigestInput(text, &template)
	text.Flush() // a digest takes whatever is written
	properties.Set("TemplateDigest", cfn.Str(hex.EncodeToString(digest.Sum(nil))))
}

// appendDigestInput writes all of a tree: each value with its kind and its length,
// so that no two trees look alike.
func appendDigestInput(text *bufio.Writer, n *cfn.Node) {
	mark := func(kind cfn.Kind, length int) {
		text.WriteByte(byte(kind))
		text.WriteString(strconv.Itoa(length))
		text.WriteByte(' ')
	}
	switch n.Kind {
	case cfn.List:
		mark(n.Kind, len(n.Items))
	case cfn.Map:
		mark(n.Kind, len(n.Fields))
	default:
		mark(n.Kind, len(n.Text))
		text.WriteString(n.Text)
	}
	for _, item := range n.Items {
		appendDigestInput(text, item)
	}
	for _, field := range n.Fields {
		mark(cfn.String, len(field.Key))
		text.WriteString(field.Key)
		appendDigestInput(text, field.Value)
	}
}

package transform

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/plan"
)

// triggerType is the custom resource that starts a plan when its stack is
// deployed.
const triggerType = "Custom::AttiniDeploymentPlanTrigger"

func triggerID(p *plan.Plan) string { return StateMachineID(p.Name) + "Trigger" }

// trigger tells the lifecycle function of a deployment, so that it starts the
// plan's state machine once the stack is there.
func trigger(p *plan.Plan) *cfn.Node {
	id, defaults := StateMachineID(p.Name), cfn.Obj()
	if p.PayloadDefaults != nil {
		defaults = p.PayloadDefaults.Clone()
	}
	return cfn.Obj(
		cfn.F("Type", cfn.Str(triggerType)),
		cfn.F("Properties", cfn.Obj(
			cfn.F("ServiceToken", functionARN(lifecycleFunction)),
			cfn.F("StackName", cfn.Ref("AWS::StackName")),
			cfn.F("SfnName", cfn.GetAtt(id, "Name")),
			cfn.F("SfnArn", cfn.Ref(id)),
			cfn.F("DeploymentPlanLogicalName", cfn.Str(id)),
			cfn.F("PayloadDefaults", defaults),
		)),
	)
}

// sign gives the trigger the stack's parameters, secret ones left out since they
// would stand readable in the payload, and a digest of the template.
// CloudFormation calls a custom resource only when its properties change: so
// the plan runs again whenever a deployment changes anything, and a change set
// that changes nothing stays empty.
func (x *expansion) sign(expanded *cfn.Node, p *plan.Plan) {
	properties := expanded.At("Resources", triggerID(p), "Properties")
	parameters := cfn.Obj()
	for _, declared := range expanded.Get("Parameters").Entries() {
		if !cfn.IsNoEcho(declared.Value) {
			parameters.Set(declared.Key, cfn.Ref(declared.Key))
		}
	}
	if len(parameters.Fields) > 0 {
		properties.Set("Parameters", parameters)
	}
	digest := sha256.Sum256(fingerprint(nil, expanded))
	properties.Set("TemplateDigest", cfn.Str(hex.EncodeToString(digest[:])))
}

// fingerprint appends all of a tree: each value with its kind and its length,
// so that no two trees look alike.
func fingerprint(text []byte, n *cfn.Node) []byte {
	mark := func(kind cfn.Kind, length int) {
		text = strconv.AppendInt(append(text, byte(kind)), int64(length), 10)
		text = append(text, ' ')
	}
	switch n.Kind {
	case cfn.List:
		mark(n.Kind, len(n.Items))
	case cfn.Map:
		mark(n.Kind, len(n.Fields))
	default:
		mark(n.Kind, len(n.Text))
		text = append(text, n.Text...)
	}
	for _, item := range n.Items {
		text = fingerprint(text, item)
	}
	for _, field := range n.Fields {
		mark(cfn.String, len(field.Key))
		text = fingerprint(append(text, field.Key...), field.Value)
	}
	return text
}

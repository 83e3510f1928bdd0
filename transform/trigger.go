package transform

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

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
	text, err := expanded.MarshalJSON()
	if err != nil {
		panic(fmt.Sprintf("marshal the expanded template: %v", err)) // every node was read from, or made as, JSON
	}
	digest := sha256.Sum256(text)
	properties.Set("TemplateDigest", cfn.Str(hex.EncodeToString(digest[:])))
}

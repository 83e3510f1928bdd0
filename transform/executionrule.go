package transform

import (
	"github.com/awslabs/goformation/v7/cloudformation/events"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

func executionRuleID(p *plan.Plan) string { return "AttiniPostExecutionActions" + p.Name }

// executionRule tells the launcher how the plan's executions ended.
func executionRule(p *plan.Plan) *cfn.Node {
	pattern := cfn.Obj(
		cfn.F("source", cfn.Seq(cfn.Str("aws.states"))),
		cfn.F("detail-type", cfn.Seq(cfn.Str("Step Functions Execution Status Change"))),
		cfn.F("detail", cfn.Obj(
			cfn.F("stateMachineArn", cfn.Seq(cfn.Ref(StateMachineID(p.Name)))),
			cfn.F("status", cfn.Seq(cfn.Str("FAILED"), cfn.Str("SUCCEEDED"), cfn.Str("ABORTED"), cfn.Str("TIMED_OUT"))),
		)),
	)
	t := new(typed)
	return t.resource(&events.Rule{
		Description: new("Attini deployment plan post hook"),
		Targets:     []events.Rule_Target{{Id: "post-execution-actions", Arn: t.placeholder(functionARN(launcherFunction))}},
	}, whole(pattern, "EventPattern"))
}

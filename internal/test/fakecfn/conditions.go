package fakecfn

import (
	"strconv"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// pseudo are the pseudo parameters of a stack.
func pseudo(region, stack, id string) map[string]string {
	return map[string]string{
		"AWS::Region": region, "AWS::AccountId": fakeaws.Account, "AWS::StackName": stack, "AWS::StackId": id,
		"AWS::Partition": fakeaws.Partition(region), "AWS::URLSuffix": fakeaws.Suffix(region),
	}
}

// decideConditions writes into each condition what it is, as CloudFormation decides it:
// MiniStack takes a pseudo parameter, and each function in a value, for another text.
func decideConditions(template *cfn.Node, change Change, given map[string]string) {
	evaluator, problems := cfn.NewEvaluator(template, cfn.Values{Parameters: given, Pseudo: pseudo(change.Region, change.Stack, "")})
	if problems.HasErrors() {
		return // MiniStack tells of it
	}
	decided := cfn.Obj()
	for _, condition := range template.Get("Conditions").Entries() {
		value, problems := evaluator.Condition(condition.Key, cfn.NewPath("Conditions"))
		decided.Set(condition.Key, condition.Value)
		if !problems.HasErrors() {
			decided.Set(condition.Key, cfn.Obj(cfn.F("Fn::Equals", cfn.Seq(cfn.Str("true"), cfn.Str(strconv.FormatBool(value))))))
		}
	}
	if len(decided.Fields) > 0 {
		template.Set("Conditions", decided)
	}
}

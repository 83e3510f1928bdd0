package plan

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// dynamicReferences checks the references in one text: the value n, or the result
// of n. A message names the service alone, never the text.
func (s scope) dynamicReferences(text string, n *cfn.Node, at cfn.Path) {
	seen := map[string]bool{}
	for _, reference := range cfn.DynamicReferences(text) {
		service := cfn.ReferenceService(reference)
		if severity, message, advice := JudgeReference(reference); message != "" && !seen[service] {
			seen[service] = true
			s.problems.Add(s.problem(severity, RuleDynamicReference, n, at, message, advice))
		}
	}
}

// JudgeReference says what is wrong with a dynamic reference whose value becomes a part
// of the plan's definition: CloudFormation puts it there readable and unescaped. message
// is "" for one that can be resolved nowhere, which is a mistake wherever it is.
func JudgeReference(reference string) (severity problem.Severity, message, advice string) {
	service := cfn.ReferenceService(reference)
	switch {
	case service == cfn.ServiceSecrets:
		return problem.Error, secretInDefinition("a", service, "aws secretsmanager get-secret-value"), ""
	case service == cfn.ServiceSecure:
		return problem.Error, secretInDefinition("an", service, "aws ssm get-parameter --with-decryption"), ""
	case cfn.WrongReference(reference) != "":
		return "", "", ""
	default:
		return problem.Warning,
			"CloudFormation puts the value of an ssm reference into the definition as it is, so a quote, backslash or line break in it fails the deployment",
			"Declare a parameter of Type AWS::SSM::Parameter::Value<String> and Ref it."
	}
}

func secretInDefinition(article, service, command string) string {
	return fmt.Sprintf("%s %s reference would put the secret readably into the state machine's definition; read it in the job with %s, on a Runner whose RoleArn may",
		article, service, command)
}

package plan

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

const dynamicStart = "{{resolve:"

// dynamicReferences checks the references in one text: the value n, or the result
// of n. CloudFormation puts their values into the definition, readable and
// unescaped. A message names the service alone, never the text.
func (s scope) dynamicReferences(text string, n *cfn.Node, at cfn.Path) {
	seen := map[string]bool{}
	for rest := text; ; {
		_, after, found := strings.Cut(rest, dynamicStart)
		if !found {
			break
		}
		rest = after
		// The longest name of a service has 14 letters.
		service, _, _ := strings.Cut(after[:min(len(after), 20)], ":")
		if !seen[service] {
			seen[service] = true
			s.dynamicReference(service, n, at)
		}
	}
}

func (s scope) dynamicReference(service string, n *cfn.Node, at cfn.Path) {
	secret := func(article, command string) {
		s.problems.Add(s.problem(problem.Error, RuleDynamicReference, n, at, fmt.Sprintf(
			"%s %s reference would put the secret readably into the state machine's definition; read it in the job with %s, on a Runner whose RoleArn may",
			article, service, command), ""))
	}
	switch service {
	case "secretsmanager":
		secret("a", "aws secretsmanager get-secret-value")
	case "ssm-secure":
		secret("an", "aws ssm get-parameter --with-decryption")
	case "ssm":
		s.problems.Add(s.problem(problem.Warning, RuleDynamicReference, n, at,
			"CloudFormation puts the value of an ssm reference into the definition as it is, so a quote, backslash or line break in it fails the deployment",
			"Declare a parameter of Type AWS::SSM::Parameter::Value<String> and Ref it."))
	}
}

package inspect

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// Template returns the template of a stack as it was deployed, before the macro, and the
// values of its parameters; those with NoEcho are asterisks.
func (a *Account) Template(ctx context.Context, stackName string) (text string, parameters map[string]string, err error) {
	found, err := a.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stackName})
	if err != nil {
		if isMissingStack(err) {
			return "", nil, fmt.Errorf("find stack %s in %s: %w", stackName, a.region, ErrNoStack)
		}
		return "", nil, asked(ctx, "cloudformation:DescribeStacks", err)
	}
	parameters = map[string]string{}
	for _, s := range found.Stacks {
		for _, p := range s.Parameters {
			parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
	}
	template, err := a.stacks.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &stackName, TemplateStage: types.TemplateStageOriginal})
	if err != nil {
		return "", nil, asked(ctx, "cloudformation:GetTemplate", err)
	}
	if aws.ToString(template.TemplateBody) == "" {
		return "", nil, errors.New("CloudFormation has no template of stack " + stackName)
	}
	return *template.TemplateBody, parameters, nil
}

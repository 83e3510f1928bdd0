package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// maxParameters is how many names one call of GetParameters takes.
const maxParameters = 10

// Parameters implements compat.Account, in one call: at most 10 names, each
// once.
func (a *Account) Parameters(ctx context.Context, names []string) (map[string]string, error) {
	const asked = "look up AMI aliases"
	switch {
	case len(names) == 0:
		return map[string]string{}, nil
	case len(names) > maxParameters:
		return nil, fmt.Errorf("%s: %d parameters are more than the %d that ssm:GetParameters takes", asked, len(names), maxParameters)
	}
	found, err := a.parameters(ctx, &ssm.GetParametersInput{Names: names})
	if err != nil {
		return nil, explain(ctx, asked, "ssm:GetParameters", err)
	}
	values := make(map[string]string, len(found.Parameters))
	for _, parameter := range found.Parameters {
		values[aws.ToString(parameter.Name)] = aws.ToString(parameter.Value)
	}
	return values, nil
}

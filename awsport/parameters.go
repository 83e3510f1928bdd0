package awsport

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Parameters implements transform.Account, in one call: so at most 10 names.
func (a *Account) Parameters(ctx context.Context, names []string) (map[string]string, error) {
	found, err := a.parameters.GetParameters(ctx, &ssm.GetParametersInput{Names: names})
	if err != nil {
		return nil, explain("look up the AMI aliases", "ssm:GetParameters", err)
	}
	values := make(map[string]string, len(found.Parameters))
	for _, parameter := range found.Parameters {
		values[aws.ToString(parameter.Name)] = aws.ToString(parameter.Value)
	}
	return values, nil
}

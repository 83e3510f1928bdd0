package aws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/internal/stacks"
)

// Clouds are CloudFormation in regions and accounts.
type Clouds struct{ config aws.Config }

var _ stacks.Clouds = (*Clouds)(nil)

// NewClouds asks with the configuration's credentials, or with a role that they may take.
func NewClouds(config aws.Config) *Clouds { return &Clouds{config} }

// sessionName names the launcher's sessions of other roles, as the original framework does.
const sessionName = "AttiniCfnDeploy"

// In implements stacks.Clouds. The role is taken anew for each step, since a session ends
// after an hour.
func (c *Clouds) In(ctx context.Context, region, role string) (stacks.Cloud, error) {
	config, err := withRole(ctx, c.config, role)
	if err != nil {
		return nil, err
	}
	config.Region = region
	return &cloud{cloudformation.NewFromConfig(config)}, nil
}

// withRole is a configuration with the credentials of a role; unchanged without one. The
// error is a *stacks.Refusal if the role cannot be taken.
func withRole(ctx context.Context, config aws.Config, role string) (aws.Config, error) {
	taken := config.Copy()
	if role == "" {
		return taken, nil
	}
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(config), role, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = sessionName })
	credentials, err := provider.Retrieve(ctx)
	if err != nil {
		return taken, stackRefusal(ctx, "sts:AssumeRole of "+role, err)
	}
	taken.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials, nil })
	return taken, nil
}

type cloud struct{ client *cloudformation.Client }

// stackRefusal is a *stacks.Refusal for what AWS refuses, and another error for what it does
// not answer.
func stackRefusal(ctx context.Context, action string, err error) error {
	var api smithy.APIError
	if ctx.Err() != nil || !errors.As(err, &api) || isThrottled(api.ErrorCode()) || api.ErrorFault() == smithy.FaultServer || isServerError(err) {
		return wrapError(ctx, action, err)
	}
	code := api.ErrorCode()
	if isDenied(code) {
		code = "AccessDenied"
	}
	return &stacks.Refusal{Code: code, Message: fmt.Sprintf("%s: %s", action, api.ErrorMessage())}
}

// Stack implements stacks.Cloud.
func (c *cloud) Stack(ctx context.Context, name string) (*stacks.Status, error) {
	found, err := c.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		err = stackRefusal(ctx, "cloudformation:DescribeStacks", err)
		var refusal *stacks.Refusal
		if errors.As(err, &refusal) && strings.HasSuffix(refusal.Message, "does not exist") {
			return nil, nil
		}
		return nil, err
	}
	if len(found.Stacks) == 0 {
		return nil, nil
	}
	s := found.Stacks[0]
	status := &stacks.Status{
		ID: aws.ToString(s.StackId), Status: string(s.StackStatus), Reason: aws.ToString(s.StackStatusReason), Role: aws.ToString(s.RoleARN),
		Protected: aws.ToBool(s.EnableTerminationProtection), Outputs: map[string]string{}, Parameters: map[string]bool{},
	}
	for _, output := range s.Outputs {
		status.Outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	for _, parameter := range s.Parameters {
		status.Parameters[aws.ToString(parameter.ParameterKey)] = true
	}
	return status, nil
}

func templateOf(t stacks.Template) (body, url *string) {
	if t.URL != "" {
		return nil, &t.URL
	}
	return &t.Body, nil
}

// Declared implements stacks.Cloud.
func (c *cloud) Declared(ctx context.Context, template stacks.Template) ([]stacks.Declared, error) {
	input := &cloudformation.GetTemplateSummaryInput{}
	input.TemplateBody, input.TemplateURL = templateOf(template)
	found, err := c.client.GetTemplateSummary(ctx, input)
	if err != nil {
		return nil, stackRefusal(ctx, "cloudformation:GetTemplateSummary", err)
	}
	var declared []stacks.Declared
	for _, p := range found.Parameters {
		// The default of a NoEcho parameter may be hidden; CloudFormation itself knows.
		declared = append(declared, stacks.Declared{Name: aws.ToString(p.ParameterKey), HasDefault: p.DefaultValue != nil || aws.ToBool(p.NoEcho)})
	}
	return declared, nil
}

func parametersOf(values map[string]stacks.Value) (all []types.Parameter) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		parameter := types.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(values[name].Text)}
		if values[name].Keep {
			parameter.ParameterValue, parameter.UsePreviousValue = nil, aws.Bool(true)
		}
		all = append(all, parameter)
	}
	return all
}

func tagsOf(values map[string]string) (all []types.Tag) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, types.Tag{Key: aws.String(name), Value: aws.String(values[name])})
	}
	return all
}

// capabilities are all that a stack can need: what it may do, its role decides.
func capabilities() []types.Capability {
	return []types.Capability{types.CapabilityCapabilityIam, types.CapabilityCapabilityNamedIam, types.CapabilityCapabilityAutoExpand}
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// Create implements stacks.Cloud.
func (c *cloud) Create(ctx context.Context, o stacks.Operation) (string, error) {
	input := &cloudformation.CreateStackInput{
		StackName: &o.Stack, Parameters: parametersOf(o.Parameters), Tags: tagsOf(o.Tags), Capabilities: capabilities(), RoleARN: optional(o.Role),
		OnFailure: types.OnFailure(o.OnFailure), EnableTerminationProtection: o.Protection, ClientRequestToken: &o.Token,
	}
	input.TemplateBody, input.TemplateURL = templateOf(o.Template)
	made, err := c.client.CreateStack(ctx, input)
	if err != nil {
		return "", stackRefusal(ctx, "cloudformation:CreateStack", err)
	}
	return aws.ToString(made.StackId), nil
}

// Update implements stacks.Cloud.
func (c *cloud) Update(ctx context.Context, o stacks.Operation) (string, error) {
	input := &cloudformation.UpdateStackInput{
		StackName: &o.Stack, Parameters: parametersOf(o.Parameters), Tags: tagsOf(o.Tags), Capabilities: capabilities(), RoleARN: optional(o.Role), ClientRequestToken: &o.Token,
	}
	input.TemplateBody, input.TemplateURL = templateOf(o.Template)
	made, err := c.client.UpdateStack(ctx, input)
	if err != nil {
		err = stackRefusal(ctx, "cloudformation:UpdateStack", err)
		var refusal *stacks.Refusal
		if errors.As(err, &refusal) && strings.Contains(refusal.Message, "No updates are to be performed") {
			return "", stacks.ErrNoUpdates
		}
		return "", err
	}
	return aws.ToString(made.StackId), nil
}

// Delete implements stacks.Cloud.
func (c *cloud) Delete(ctx context.Context, stack, role, token string) error {
	_, err := c.client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &stack, RoleARN: optional(role), ClientRequestToken: &token})
	if err != nil {
		return stackRefusal(ctx, "cloudformation:DeleteStack", err)
	}
	return nil
}

// Protect implements stacks.Cloud.
func (c *cloud) Protect(ctx context.Context, stack string, on bool) error {
	_, err := c.client.UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{StackName: &stack, EnableTerminationProtection: &on})
	if err != nil {
		return stackRefusal(ctx, "cloudformation:UpdateTerminationProtection", err)
	}
	return nil
}

// maxEventPages bounds how far back events are looked for, a hundred to a page.
const maxEventPages = 50

// Events implements stacks.Cloud.
func (c *cloud) Events(ctx context.Context, stackID, token string) ([]stacks.Event, error) {
	var events []stacks.Event
	pages := cloudformation.NewDescribeStackEventsPaginator(c.client, &cloudformation.DescribeStackEventsInput{StackName: &stackID})
	for n := 0; pages.HasMorePages() && n < maxEventPages; n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, stackRefusal(ctx, "cloudformation:DescribeStackEvents", err)
		}
		for _, e := range page.StackEvents {
			isStack := aws.ToString(e.PhysicalResourceId) == aws.ToString(e.StackId)
			mine := aws.ToString(e.ClientRequestToken) == token
			if mine {
				events = append(events, stacks.Event{
					LogicalID: aws.ToString(e.LogicalResourceId), Type: aws.ToString(e.ResourceType), Status: string(e.ResourceStatus),
					Reason: aws.ToString(e.ResourceStatusReason), IsStack: isStack,
				})
			}
			if isStack && !mine && len(events) > 0 {
				return events, nil // the operation before
			}
		}
	}
	return events, nil
}

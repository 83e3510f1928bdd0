package inspect

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/attini-go/runner/internal/doctor"
)

// The installation's names (docs/wire.md, "Names in an account").
const (
	usualName         = "attini-runner"
	launcherFunction  = "attini-action"
	lifecycleFunction = "attini-deployment-plan-setup"
	macroFunction     = "attini-runner-macro"
	macroName         = "AttiniDeploymentPlan"
	versionVariable   = "ATTINI_RUNNER_VERSION"
)

// installation reads the part of the account that all stacks share.
func (o *observation) installation(ctx context.Context) error {
	name, err := o.installationName(ctx)
	if err != nil {
		return err
	}
	in := &o.Installation
	in.Checked = true
	var errs []error
	if name != "" {
		errs = append(errs, o.installed(ctx, name))
	}
	for _, function := range []string{macroFunction, lifecycleFunction, launcherFunction} {
		if name == "" {
			break // the missing macro says enough
		}
		f, err := o.function(ctx, function)
		if errs = append(errs, err); err == nil {
			in.Functions = append(in.Functions, f)
		}
	}
	return errors.Join(errs...)
}

// installationName returns the name of the installation's stack: mostly the usual one,
// otherwise that of the stack with the launcher or the macro; "" if there is none.
func (o *observation) installationName(ctx context.Context) (string, error) {
	usual, err := o.stack(ctx, usualName)
	physical := slices.Collect(maps.Values(usual.resources))
	if err == nil && (slices.Contains(physical, launcherFunction) || slices.Contains(physical, macroName)) {
		return usualName, nil
	}
	if err != nil && !errors.Is(err, ErrNoStack) {
		return "", err
	}
	for _, physical := range []string{launcherFunction, macroName} {
		if name, err := o.stackOf(ctx, physical); err != nil || name != "" {
			return name, err
		}
	}
	return "", nil
}

// installed reads the installation's stack.
func (o *observation) installed(ctx context.Context, name string) error {
	s, err := o.stack(ctx, name)
	if err != nil {
		return err
	}
	o.Installation.StackStatus = string(s.status)
	for _, physical := range s.resources {
		o.Installation.Macro = o.Installation.Macro || physical == macroName
	}
	output, err := o.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return asked(ctx, "cloudformation:DescribeStacks", err)
	}
	for _, found := range output.Stacks {
		for _, value := range found.Outputs {
			if aws.ToString(value.OutputKey) == "DeadEvents" {
				o.Installation.LostEvents, _, err = o.depth(ctx, aws.ToString(value.OutputValue))
			}
		}
	}
	return err
}

func (o *observation) function(ctx context.Context, name string) (doctor.Function, error) {
	f := doctor.Function{Name: name}
	c, err := o.functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if hasCode(err, "ResourceNotFoundException") {
		f.Missing = true
		return f, nil
	}
	if err != nil {
		return f, asked(ctx, "lambda:GetFunctionConfiguration", err)
	}
	f.State, f.Update, f.Reason = string(c.State), string(c.LastUpdateStatus), aws.ToString(c.StateReason)
	if c.Environment != nil {
		f.Version = c.Environment.Variables[versionVariable]
	}
	concurrency, err := o.functions.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: &name})
	if err != nil {
		return f, asked(ctx, "lambda:GetFunctionConcurrency", err)
	}
	f.Stopped = concurrency.ReservedConcurrentExecutions != nil && *concurrency.ReservedConcurrentExecutions == 0
	return f, nil
}

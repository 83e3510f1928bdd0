// Command lifecycle is the function of a stack's custom resources. It checks, stores and
// removes the stack's runners, and starts its plan when the stack is complete.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/lifecycle"
)

func main() {
	level := slog.LevelInfo
	// An unknown level leaves Info; the template allows none.
	_ = level.UnmarshalText([]byte(os.Getenv("LOG_LEVEL")))
	logger := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level}))
	opened, err := open(context.Background(), os.Getenv, logger)
	if err != nil {
		logger.Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start(handler{
		logger: logger, lifecycle: opened, sender: newSender(os.Getenv("AWS_ENDPOINT_URL")),
		log: os.Getenv("AWS_LAMBDA_LOG_GROUP_NAME") + " / " + os.Getenv("AWS_LAMBDA_LOG_STREAM_NAME"),
	})
}

// account implements lifecycle.Account.
type account struct {
	*aws.Account
	*aws.TaskDefinitions
}

func open(ctx context.Context, getenv func(string) string, logger *slog.Logger) (*lifecycle.Lifecycle, error) {
	settings, err := readSettings(getenv)
	if err != nil {
		return nil, err
	}
	config, err := aws.LoadConfig(ctx)
	if err != nil {
		return nil, err
	}
	table := settings.stateTable
	remover, err := launch.NewRemover(aws.NewLaunchPorts(config, table, settings.deployTable), logger)
	if err != nil {
		return nil, err
	}
	return lifecycle.New(settings.lifecycle, lifecycle.Ports{
		Account:        account{aws.NewAccount(config), aws.NewTaskDefinitions(config)},
		Configurations: aws.NewRunnerConfigurations(config, table),
		Secrets:        aws.NewRunnerSecrets(config, table),
		Runners:        aws.NewRunnerItems(config, table),
		Remover:        remover,
		Plans:          aws.NewPlanItems(config, table),
		Starts:         aws.NewPlanStarts(config, table),
		Deployments:    aws.NewDeployments(config, settings.deployTable),
		StateMachines:  aws.NewStateMachines(config),
		Stacks:         aws.NewStacks(config),
	}, logger)
}

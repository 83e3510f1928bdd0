// Command lifecycle is the function behind a stack's custom resources, which
// checks and keeps its runners and removes them, and starts its plan when it
// hears that the stack is complete.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/attini-go/runner/awsport"
	"github.com/attini-go/runner/launch"
	"github.com/attini-go/runner/lifecycle"
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
		logger: logger, lifecycle: opened, sender: newSender(),
		log: os.Getenv("AWS_LAMBDA_LOG_GROUP_NAME") + " / " + os.Getenv("AWS_LAMBDA_LOG_STREAM_NAME"),
	})
}

// account is what package lifecycle asks of one.
type account struct {
	*awsport.Account
	*awsport.TaskDefinitions
}

func open(ctx context.Context, getenv func(string) string, logger *slog.Logger) (*lifecycle.Lifecycle, error) {
	settings, err := readSettings(getenv)
	if err != nil {
		return nil, err
	}
	configuration, err := awsport.LoadConfig(ctx)
	if err != nil {
		return nil, err
	}
	table := settings.launch.ResourceStateTable
	configurations := awsport.NewRunnerConfigurations(configuration, table)
	deployments := awsport.NewDeployments(configuration, settings.launch.DeployDataTable)
	launcher, err := launch.New(settings.launch, launch.Ports{
		Configurations: configurations,
		Deployments:    deployments,
		Queue:          awsport.NewJobQueue(configuration),
		Steps:          awsport.NewSteps(configuration),
		States:         awsport.NewRunnerStates(configuration, table),
		Claims:         awsport.NewRunnerClaims(configuration, table),
		Cluster:        awsport.NewCluster(configuration),
		Hosts:          awsport.NewRunnerHosts(configuration),
	}, logger)
	if err != nil {
		return nil, err
	}
	return lifecycle.New(settings.lifecycle, lifecycle.Ports{
		Account:        account{awsport.NewAccount(configuration), awsport.NewTaskDefinitions(configuration)},
		Configurations: configurations,
		Runners:        awsport.NewRunnerItems(configuration, table),
		Remover:        launcher,
		Plans:          awsport.NewPlanItems(configuration, table),
		Starts:         awsport.NewPlanStarts(configuration, table),
		Deployments:    deployments,
		StateMachines:  awsport.NewStateMachines(configuration),
	}, logger)
}

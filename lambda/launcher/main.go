// Command launcher is the function that the steps of a deployment plan call. It also
// handles the events of the runners' tasks and hosts.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/imports"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/stacks"
)

func main() {
	level := slog.LevelInfo
	// An unknown level leaves Info; the template allows none.
	_ = level.UnmarshalText([]byte(os.Getenv("LOG_LEVEL")))
	logger := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level}))
	h, err := open(context.Background(), os.Getenv, logger)
	if err != nil {
		logger.Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start(h)
}

func open(ctx context.Context, getenv func(string) string, logger *slog.Logger) (handler, error) {
	settings, err := readSettings(getenv)
	if err != nil {
		return handler{}, err
	}
	config, err := aws.LoadConfig(ctx)
	if err != nil {
		return handler{}, err
	}
	ports := aws.NewLaunchPorts(config, settings.ResourceStateTable, settings.DeployDataTable)
	if ports.Configurations, err = configuration.NewCache(ports.Configurations); err != nil {
		return handler{}, fmt.Errorf("make room for configurations: %w", err)
	}
	ports.Checks = aws.NewRunnerChecks(config, getenv(envChecks))
	launcher, err := launch.New(settings, ports, logger)
	if err != nil {
		return handler{}, fmt.Errorf("open the launcher: %w", err)
	}
	table := cmp.Or(getenv(envWaitingTable), defaultWaitingTable)
	waiting := aws.NewWaitingSteps(config, table)
	return handler{
		logger: logger, launcher: launcher,
		stacks: stacks.New(
			stacks.Settings{Region: settings.Region, Account: settings.Account, StackRole: getenv(envStackRole)},
			aws.NewStackPorts(config, settings.ArtifactStore, table), logger),
		ask: func(ctx context.Context, event []byte) error {
			return approvals.Ask(ctx, waiting, planStack(ports.Admissions), event, time.Now())
		},
		importValues: func(ctx context.Context, event []byte) error {
			return imports.Import(ctx, aws.NewDocuments(config), aws.ImportSteps{Steps: aws.NewSteps(config)}, event)
		},
	}, nil
}

// planStack finds the stack of an execution's plan among the plans that are deployed.
func planStack(admissions launch.Admissions) approvals.PlanStack {
	return func(ctx context.Context, execution string) (string, error) {
		machine := message.StateMachineOf(execution)
		if machine == "" {
			return "", nil
		}
		found, err := admissions.Admission(ctx, launch.AdmissionKeys{StateMachine: machine})
		return found.Stack, err
	}
}

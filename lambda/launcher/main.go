// Command launcher is the function that the steps of a deployment plan call. It also
// handles the events of the runners' tasks and hosts.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

func main() {
	level := slog.LevelInfo
	// An unknown level leaves Info; the template allows none.
	_ = level.UnmarshalText([]byte(os.Getenv("LOG_LEVEL")))
	logger := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level}))
	launcher, err := open(context.Background(), os.Getenv, logger)
	if err != nil {
		logger.Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start(handler{logger: logger, launcher: launcher})
}

func open(ctx context.Context, getenv func(string) string, logger *slog.Logger) (*launch.Launcher, error) {
	settings, err := readSettings(getenv)
	if err != nil {
		return nil, err
	}
	config, err := aws.LoadConfig(ctx)
	if err != nil {
		return nil, err
	}
	ports := aws.NewLaunchPorts(config, settings.ResourceStateTable, settings.DeployDataTable)
	if ports.Configurations, err = configuration.NewCache(ports.Configurations); err != nil {
		return nil, fmt.Errorf("make room for configurations: %w", err)
	}
	ports.Checks = aws.NewRunnerChecks(config, getenv(envChecks))
	launcher, err := launch.New(settings, ports, logger)
	if err != nil {
		return nil, fmt.Errorf("open the launcher: %w", err)
	}
	return launcher, nil
}

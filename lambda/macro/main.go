// Command macro is the CloudFormation macro AttiniDeploymentPlan.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/attini-go/runner/internal/aws"
)

func main() {
	level := slog.LevelInfo
	// An unknown level leaves Info; the template allows none.
	_ = level.UnmarshalText([]byte(os.Getenv("LOG_LEVEL")))
	logger := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level}))
	configuration, err := aws.LoadConfig(context.Background())
	if err != nil {
		logger.Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start(handler{
		logger: logger, account: aws.NewAccount(configuration),
		defaultImage: os.Getenv("ATTINI_DEFAULT_RUNNER_IMAGE"),
		installation: os.Getenv("ATTINI_INSTALLATION"),
	})
}

// Command releases is the function that serves the runner information API from
// a bucket, behind a function URL or an HTTP API with payload version 2.
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/releaseapi"
)

// freshness is how long after its publication a release may be unknown.
const freshness = time.Minute

func main() {
	level := slog.LevelInfo
	// An unknown level leaves Info; the template allows none.
	_ = level.UnmarshalText([]byte(os.Getenv("LOG_LEVEL")))
	logger := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level}))
	store, err := openStore(context.Background(), os.Getenv("ATTINI_RELEASE_BUCKET"), os.Getenv("ATTINI_RELEASE_PREFIX"))
	if err != nil {
		logger.Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start(handler{
		logger: logger,
		api:    releaseapi.NewRedirector(store, releaseapi.Options{Freshness: freshness, Logger: logger}),
	})
}

func openStore(ctx context.Context, bucket, prefix string) (*aws.Releases, error) {
	if bucket == "" {
		return nil, errors.New("find the releases: no bucket; set ATTINI_RELEASE_BUCKET, and ATTINI_RELEASE_PREFIX if they are in a folder of it")
	}
	configuration, err := aws.LoadConfig(ctx)
	if err != nil {
		return nil, err
	}
	return aws.NewReleases(configuration, bucket, prefix), nil
}

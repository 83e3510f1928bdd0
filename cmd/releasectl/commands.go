package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/attini-go/runner/internal/release"
	"github.com/attini-go/runner/internal/release/bucket"
)

type buildCommand struct {
	Version string `arg:"" help:"The version: a semantic one in full, without v."`
	Source  string `help:"The project's folder, a git checkout without changes." default:"." placeholder:"DIR"`
	Output  string `help:"The directory of releases, as runnerctl serve --releases takes it." default:"build/releases" placeholder:"DIR"`
}

// Run runs the command.
func (c buildCommand) Run(ctx context.Context, s environment) error {
	r, err := release.New(c.Version, release.Programs())
	if err != nil {
		return err
	}
	signer, err := s.signer()
	if err != nil {
		return err
	}
	source, err := release.OpenSource(ctx, c.Source)
	if err != nil {
		return err
	}
	files, err := r.Make(ctx, source, signer, s.logger())
	if err != nil {
		return err
	}
	return c.keep(ctx, r, files, signer, s)
}

// keep adds the files to the directory, and checks what has come to be there.
func (c buildCommand) keep(ctx context.Context, r *release.Release, files []release.File, signer *release.Signer, s environment) error {
	if err := os.MkdirAll(c.Output, 0o755); err != nil {
		return fmt.Errorf("make the directory of releases: %w", err)
	}
	directory, err := release.OpenDirectory(c.Output)
	if err != nil {
		return err
	}
	defer directory.Close()
	if err := release.Publish(ctx, directory, files, s.logger()); err != nil {
		return err
	}
	verifier, err := s.verifier()
	if err == nil && verifier == nil && signer != nil {
		verifier, err = signer.Verifier()
	}
	if err != nil {
		return err
	}
	return verify(ctx, r, directory, verifier, s)
}

type verifyCommand struct {
	Version  string `arg:"" help:"The version."`
	Releases string `help:"The directory of releases." default:"build/releases" placeholder:"DIR"`
	bucketFlags
}

// Run runs the command.
func (c verifyCommand) Run(ctx context.Context, s environment) error {
	r, err := release.New(c.Version, release.Programs())
	if err != nil {
		return err
	}
	verifier, err := s.verifier()
	if err != nil {
		return err
	}
	if c.Bucket != "" {
		store, err := c.open(ctx)
		if err != nil {
			return err
		}
		return verify(ctx, r, store, verifier, s)
	}
	directory, err := release.OpenDirectory(c.Releases)
	if err != nil {
		return err
	}
	defer directory.Close()
	return verify(ctx, r, directory, verifier, s)
}

// verify checks a release and prints the checksums of its programs.
func verify(ctx context.Context, r *release.Release, store release.Store, verifier *release.Verifier, s environment) error {
	files, err := r.Verify(ctx, store, verifier)
	if err != nil {
		return err
	}
	for _, file := range files {
		if slices.Contains(r.Binaries(), file.Path) {
			fmt.Fprintf(s.stdout, "%s  %s\n", file.Sum(), file.Path)
		}
	}
	how := "not signed"
	if verifier != nil {
		how = "signed with the key " + verifier.String()
	}
	fmt.Fprintf(s.stderr, "release %s in %s is whole: %d files, %s\n", r.Version(), store, len(files), how)
	return nil
}

type publishCommand struct {
	Version  string `arg:"" help:"The version."`
	Releases string `help:"The directory of releases." default:"build/releases" placeholder:"DIR"`
	bucketFlags
}

// Run runs the command.
func (c publishCommand) Run(ctx context.Context, s environment) error {
	r, err := release.New(c.Version, release.Programs())
	if err != nil {
		return err
	}
	if c.Bucket == "" {
		return errors.New("publish: no bucket; name it with --bucket, or make publish BUCKET=…")
	}
	verifier, err := s.verifier()
	if err != nil {
		return err
	}
	directory, err := release.OpenDirectory(c.Releases)
	if err != nil {
		return err
	}
	defer directory.Close()
	files, err := r.Verify(ctx, directory, verifier)
	if err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	if err := release.Publish(ctx, store, files, s.logger()); err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "release %s is published in %s\n", r.Version(), store)
	return nil
}

// bucketFlags name a bucket of releases.
type bucketFlags struct {
	Bucket string `help:"The bucket of releases." placeholder:"NAME"`
	Prefix string `help:"The folder in it, as the information API reads it; none if that is the whole bucket." placeholder:"FOLDER"`
}

// open asks with the user's credentials, which it finds as AWS's tools do.
func (f bucketFlags) open(ctx context.Context) (*bucket.Bucket, error) {
	configuration, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	if configuration.Region == "" {
		return nil, errors.New("load the AWS configuration: no region; set AWS_REGION, or region in your profile")
	}
	return bucket.New(configuration, f.Bucket, f.Prefix), nil
}

package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/attini-go/runner/internal/release"
)

type packageCommand struct {
	Version  string `arg:"" help:"The version."`
	Releases string `help:"The directory of releases." default:"build/releases" placeholder:"DIR"`
	Output   string `help:"The directory of the packages." default:"build/packages" placeholder:"DIR"`
	Address  string `help:"Where the directory of releases can be downloaded, for the formula; none without it." placeholder:"URL"`
}

// Run runs the command.
func (c packageCommand) Run(ctx context.Context, s environment) error {
	r, err := release.New(c.Version, release.Programs())
	if err != nil {
		return err
	}
	verifier, err := s.verifier()
	if err != nil {
		return err
	}
	signer, err := s.signer()
	if err != nil {
		return err
	}
	if verifier == nil && signer != nil {
		if verifier, err = signer.Verifier(); err != nil {
			return err
		}
	}
	releases, err := release.OpenDirectory(c.Releases)
	if err != nil {
		return err
	}
	defer releases.Close()
	files, err := r.Verify(ctx, releases, verifier)
	if err != nil {
		return err
	}
	packages, err := r.Packages(ctx, files, c.Address, signer)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Output, 0o755); err != nil {
		return fmt.Errorf("make the directory of packages: %w", err)
	}
	directory, err := release.OpenDirectory(c.Output)
	if err != nil {
		return err
	}
	defer directory.Close()
	return release.Publish(ctx, directory, packages, s.logger())
}

type tagCommand struct {
	Version string `arg:"" help:"The version."`
	Source  string `help:"The project's folder, a git checkout without changes." default:"." placeholder:"DIR"`
}

// Run runs the command.
func (c tagCommand) Run(ctx context.Context, s environment) error {
	source, err := release.OpenSource(ctx, c.Source)
	if err != nil {
		return err
	}
	tags, err := source.TagModules(ctx, c.Version)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "tagged; now push the tags: git push origin %s\n", strings.Join(tags, " "))
	return nil
}

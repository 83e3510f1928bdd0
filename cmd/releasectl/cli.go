package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/attini-go/runner/internal/commandline"
	"github.com/attini-go/runner/internal/release"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1
	exitMisused = 2
)

// environment are where results and everything else go, and where the user's
// environment is.
type environment struct {
	stdout, stderr io.Writer
	variable       func(name string) string
}

// logger tells a person how far it is; when that was is of no interest.
func (s environment) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(s.stderr, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// signer is nil if there is no key.
func (s environment) signer() (*release.Signer, error) {
	key := s.variable(release.SigningKeyVariable)
	if key == "" {
		return nil, nil
	}
	signer, err := release.NewSigner(key, s.variable(release.SigningPasswordVariable))
	if err != nil {
		return nil, fmt.Errorf("%w (%s, %s)", err, release.SigningKeyVariable, release.SigningPasswordVariable)
	}
	return signer, nil
}

// verifier is nil if there is no public key.
func (s environment) verifier() (*release.Verifier, error) {
	key := s.variable(release.PublicKeyVariable)
	if key == "" {
		return nil, nil
	}
	verifier, err := release.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, release.PublicKeyVariable)
	}
	return verifier, nil
}

const description = `Make, verify and publish releases.

ATTINI_SIGNING_KEY: the text of minisign's secret key file; build signs with it.
ATTINI_SIGNING_PASSWORD: its password.
ATTINI_SIGNING_PUBLIC_KEY: minisign's public key; verify and publish check signatures with it, and so does build.`

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, arguments []string, s environment) int {
	var (
		build   buildCommand
		check   verifyCommand
		tag     tagCommand
		pack    packageCommand
		publish publishCommand
	)
	program := commandline.Program{Name: "releasectl", Help: description, Stdout: s.stdout, Commands: []commandline.Command{
		{
			Name: "build", Help: "Build the programs of a release into a directory, with checksums, bills of materials and, with a key, signatures.",
			Fields: &build, Run: func() error { return build.Run(ctx, s) },
		},
		{
			Name: "verify", Help: "Check a release in a directory or a bucket: checksums, and signatures with the public key.",
			Fields: &check, Run: func() error { return check.Run(ctx, s) },
		},
		{
			Name: "tag", Help: "Tag the Go modules of a release in the checkout, for go install.",
			Fields: &tag, Run: func() error { return tag.Run(ctx, s) },
		},
		{
			Name: "package", Help: "Verify a release in a directory and make packages of its runnerctl: for Debian with dpkg-deb, and a formula for Homebrew.",
			Fields: &pack, Run: func() error { return pack.Run(ctx, s) },
		},
		{
			Name: "publish", Help: "Verify a release in a directory and publish it in a bucket. What is published never changes.",
			Fields: &publish, Run: func() error { return publish.Run(ctx, s) },
		},
	}}
	err := program.Execute(ctx, arguments)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, new(commandline.UsageError)):
		fmt.Fprintf(s.stderr, "releasectl: %s; see releasectl --help\n", err)
		return exitMisused
	default:
		fmt.Fprintln(s.stderr, "releasectl:", err)
		return exitFailed
	}
}

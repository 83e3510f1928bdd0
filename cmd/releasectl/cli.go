package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/alecthomas/kong"

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

type cli struct {
	Build   buildCommand   `cmd:"" help:"Build the programs of a release into a directory, with checksums, bills of materials and, with a key, signatures."`
	Verify  verifyCommand  `cmd:"" help:"Check a release in a directory or a bucket: checksums, and signatures with the public key."`
	Tag     tagCommand     `cmd:"" help:"Tag the Go modules of a release in the checkout, for go install."`
	Package packageCommand `cmd:"" help:"Verify a release in a directory and make packages of its runnerctl: for Debian with dpkg-deb, and a formula for Homebrew."`
	Publish publishCommand `cmd:"" help:"Verify a release in a directory and publish it in a bucket. What is published never changes."`
}

const description = `Make, verify and publish releases.

ATTINI_SIGNING_KEY: the text of minisign's secret key file; build signs with it.
ATTINI_SIGNING_PASSWORD: its password.
ATTINI_SIGNING_PUBLIC_KEY: minisign's public key; verify and publish check signatures with it, and so does build.`

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, arguments []string, s environment) int {
	var commands cli
	exited := -1
	parser, err := kong.New(
		&commands,
		kong.Name("releasectl"),
		kong.Description(description),
		kong.Writers(s.stdout, s.stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintln(s.stderr, "releasectl:", err)
		return exitMisused
	}
	command, err := parser.Parse(arguments)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(s.stderr, "releasectl: %s; see releasectl --help\n", err)
		return exitMisused
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(s.stderr, "releasectl:", err)
		return exitFailed
	}
	return exitOK
}

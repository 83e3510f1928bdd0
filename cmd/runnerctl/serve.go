package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/attini-go/runner/internal/releaseapi"
)

const (
	// freshness is how old an answer of serve may be: what a build has written is
	// there at once, for a person.
	freshness = time.Second
	// stopTime is what serve leaves to downloads that are under way.
	stopTime = 10 * time.Second
	// headerTime bounds how long a client takes to say what it wants, and
	// idleTime how long it keeps a connection for what it may want next.
	headerTime = 10 * time.Second
	idleTime   = time.Minute
	// requestTime bounds how long a client takes to send a request with its body, and
	// stallTime how long it reads nothing of an answer.
	requestTime = 30 * time.Second
	stallTime   = 30 * time.Second
)

type serveCommand struct {
	Releases string `help:"The directory with the releases: {version}/{os}/{arch}/attini-runner, attini-runner.sha256 and, if signed, attini-runner.minisig; os is linux, arch is amd64 or arm64." placeholder:"DIR" required:""`
	Address  string `help:"Where to listen. Port 0 is any that is free." placeholder:"HOST:PORT" default:"127.0.0.1:8080"`
}

// Run runs the command. It serves until ctx ends, which is well, and
// lets downloads end.
func (c serveCommand) Run(ctx context.Context, s streams) error {
	store, err := releaseapi.NewDirectory(c.Releases)
	if err != nil {
		return usageError{err}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Address)
	if err != nil {
		return usageError{fmt.Errorf("listen at %s: %w", c.Address, err)}
	}
	logger := slog.New(slog.NewTextHandler(s.stderr, nil))
	server := newServer(releaseapi.NewServer(store, releaseapi.Options{Freshness: freshness, Logger: logger}))
	server.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
	fmt.Fprintf(s.stderr, "serving the releases in %s at http://%s%s; stop with ^C\n", c.Releases, listener.Addr(), releaseapi.Root)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return errors.Join(fmt.Errorf("serve: %w", err), server.Close())
	case <-ctx.Done():
		err := stop(ctx, server)
		<-served
		return err
	}
}

// newServer is a server that ends connections on which nothing happens.
func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           dropStalled(handler, stallTime),
		ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, IdleTimeout: idleTime,
		// The API answers OPTIONS as it does all that it does not know.
		DisableGeneralOptionsHandler: true,
	}
}

// stop ends a server: at once what is idle, after stopTime what is not.
func stop(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	err := server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("cut off downloads that went on for %s", stopTime), server.Close())
	}
	return err
}

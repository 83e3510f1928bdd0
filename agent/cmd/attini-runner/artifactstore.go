package main

import (
	"context"
	"fmt"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// artifactStore is the bucket from which jobs get distributions, and to which their logs
// go. "" allows any bucket: a launcher that does not say which one it is.
type artifactStore string

// allows reports whether a message may name a bucket. A message is a plan's, and
// the scripts in a distribution run with the runner's role.
func (s artifactStore) allows(bucket string) bool { return s == "" || bucket == string(s) }

// ownSource gets distributions from the artifact store alone.
type ownSource struct {
	worker.Source
	store artifactStore
}

// Fill implements worker.Source.
func (s ownSource) Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) error {
	if origin.ObjectIdentifier != "" && !s.store.allows(origin.Source.Bucket) {
		return fmt.Errorf("get the distribution: bucket %q is not the account's artifact store %q; %s.%s can only name that one",
			origin.Source.Bucket, s.store, protocol.KeyDeploymentSource, protocol.KeySourceBucket)
	}
	return s.Source.Fill(ctx, origin, directory)
}

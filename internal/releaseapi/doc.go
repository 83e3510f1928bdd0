// Package releases is the runner information API: it tells which builds of the
// agent there are, and where a host gets one. Who installs an agent asks it with
// the words that the host says of itself:
//
//	curl -sfL#o attini-runner ENDPOINT/api/v1/runner/get-runner/$(uname -m)/$(uname -s)/latest
//
// (documentation: "Attini Runner information API" and "Install the Attini
// Runner"). The API is described by the OpenAPI document that it serves at
// /api/v1/openapi.json.
//
// # Layout
//
// A release is a version built for a platform. It is files in a Store, a
// directory on a laptop and a bucket in AWS, at the same paths:
//
//	{version}/{os}/{arch}/attini-runner          the static binary
//	{version}/{os}/{arch}/attini-runner.sha256   its checksum, a line of sha256sum
//	{version}/{os}/{arch}/attini-runner.minisig  its signature, of minisign; optional
//
// The version is a semantic one in full, without a "v" and without build
// metadata: 2.1.0, 2.2.0-rc.1. The os is Go's word: linux. The arch is Go's
// too: amd64, arm64. What lies elsewhere is no release, and nobody gets it.
//
// A release without a binary, or without a checksum, is not there yet: who
// publishes writes the checksum last. What is published does not change; what
// is to be different gets another version.
//
// # Versions
//
// A client asks for "latest", for a version, or for a range of versions as
// Masterminds/semver reads it: 1.x, 2, ~2.1, ^1.4. It gets the newest in it.
// Pre-releases are never the answer unless the client names one, or a range
// that begins with one: 2.2.0-rc.1, >=2.2.0-0.
package releaseapi

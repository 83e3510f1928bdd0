// Package release makes a release of the project, checks it, and publishes it to
// where package releases reads it: a directory, or a bucket.
//
// A release is a version in a store. Its artifacts are, at the paths of package
// releases,
//
//	{version}/linux/{arch}/attini-runner   the agent
//	{version}/{os}/{arch}/runnerctl        the command line tool
//	{version}/CHANGELOG.md                 what is new in the version
//
// Beside a program lies its bill of materials, an artifact too, in CycloneDX's
// JSON: attini-runner.cdx.json. Beside each artifact lie its checksum (.sha256,
// a line of sha256sum) and, if the release is signed, its signature (.minisig,
// of minisign). The signature's trusted comment is the artifact's path, so that
// no signed file can be passed off as that of another version or processor.
//
// # The same bytes
//
// A commit of the project and a release of Go come to the same bytes wherever
// they are built: nothing of the machine, its folders, its clock or its
// environment gets into them. So who does not trust a release builds it anew
// and compares.
//
// # Never changed
//
// What is published does not change. A file is only ever added where there is
// none; to publish again what is there already is well, and anything else is
// refused before a byte is written. The agents' checksums, which make a version
// visible to package releases, are added last: a publication that was cut off
// is invisible, and goes on when it is started again.
package release

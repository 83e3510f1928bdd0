package release

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
)

// What a file beside an artifact is named with.
const (
	checksumSuffix  = ".sha256"
	signatureSuffix = ".minisig"
	billSuffix      = ".cdx.json"
)

// Sum is the file's SHA-256, as sha256sum prints it.
func (f File) Sum() string {
	digest := sha256.Sum256(f.Data)
	return hex.EncodeToString(digest[:])
}

// checksum is the checksum of an artifact: what sha256sum prints of it in its
// folder, so that `sha256sum -c` checks it there.
func checksum(artifact File) File {
	return File{Path: artifact.Path + checksumSuffix, Data: fmt.Appendf(nil, "%s  %s\n", artifact.Sum(), path.Base(artifact.Path))}
}

package release

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func publish(t *testing.T, files []File) *Directory {
	t.Helper()
	directory := openDirectory(t)
	require.NoError(t, Publish(t.Context(), directory, files, silent()))
	return directory
}

func TestVerify(t *testing.T) {
	t.Parallel()
	signer := newSigner(t)
	verifier, err := signer.Verifier()
	require.NoError(t, err)
	r, files := sample(t, "1.2.3", "", signer)
	got, err := r.Verify(t.Context(), publish(t, files), verifier)
	require.NoError(t, err)
	assert.Equal(t, files, got, "in the order in which they are published")

	r, files = sample(t, "1.2.4", "", nil)
	got, err = r.Verify(t.Context(), publish(t, files), nil)
	require.NoError(t, err)
	assert.Equal(t, files, got)
}

// TestVerifyFlippedBit flips the lowest bit of some byte of each file.
func TestVerifyFlippedBit(t *testing.T) {
	t.Parallel()
	signer := newSigner(t)
	verifier, err := signer.Verifier()
	require.NoError(t, err)
	for name, signed := range map[string]bool{"signed": true, "not signed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			by, with := verifier, signer
			if !signed {
				by, with = nil, nil
			}
			r, files := sample(t, "1.2.3", "", with)
			directory := publish(t, files)
			for i, file := range files {
				path := filepath.Join(directory.name, filepath.FromSlash(file.Path))
				flipped := append([]byte(nil), file.Data...)
				// Not in a signature's first line, which is its untrusted comment.
				flipped[len(flipped)-2-i%10] ^= 1
				require.NoError(t, os.WriteFile(path, flipped, 0o600))
				_, err := r.Verify(t.Context(), directory, by)
				require.ErrorContains(t, err, "verify 1.2.3 in "+directory.name+": this is not the release as it was made; do not use it:\n  ", file.Path)
				require.NoError(t, os.WriteFile(path, file.Data, 0o600))
			}
			_, err := r.Verify(t.Context(), directory, by)
			require.NoError(t, err)
		})
	}
}

// TestVerifyExchanged: who changes a program, its checksum and its bill has no
// signature for it.
func TestVerifyExchanged(t *testing.T) {
	t.Parallel()
	signer, thief := newSigner(t), newSigner(t)
	verifier, err := signer.Verifier()
	require.NoError(t, err)
	r, exchanged := sample(t, "1.2.3", "!", thief)
	_, err = r.Verify(t.Context(), publish(t, exchanged), verifier)
	require.Error(t, err)
	for _, path := range r.artifacts() {
		assert.ErrorContains(t, err, fmt.Sprintf("\n  %s.minisig is of the key %s, not of %s", path, thief, signer))
	}
}

func TestVerifyIncomplete(t *testing.T) {
	t.Parallel()
	signer := newSigner(t)
	verifier, err := signer.Verifier()
	require.NoError(t, err)
	for name, test := range map[string]struct {
		signer   *Signer
		verifier *Verifier
		missing  string
		want     string
	}{
		"nothing but the version": {nil, nil, "*", "  1.2.3/linux/amd64/attini-runner is missing\n  1.2.3/linux/amd64/attini-runner.cdx.json is missing\n"},
		"a program":               {nil, nil, "1.2.3/linux/arm64/attini-runner", "  1.2.3/linux/arm64/attini-runner is missing"},
		"a checksum":              {nil, nil, "1.2.3/darwin/arm64/runnerctl.sha256", "  1.2.3/darwin/arm64/runnerctl.sha256 is missing"},
		"a signature":             {signer, verifier, "1.2.3/CHANGELOG.md.minisig", "  1.2.3/CHANGELOG.md is not signed"},
		"all signatures":          {nil, verifier, "", "  1.2.3/linux/amd64/attini-runner is not signed\n  1.2.3/linux/amd64/attini-runner.cdx.json is not signed"},
		"the public key":          {signer, nil, "", "  1.2.3/linux/amd64/attini-runner is signed, and there is no public key to check that with\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, files := sample(t, "1.2.3", "", test.signer)
			directory := openDirectory(t)
			for _, file := range files {
				if test.missing != "*" && file.Path != test.missing {
					require.NoError(t, directory.Add(t.Context(), file))
				}
			}
			_, err := r.Verify(t.Context(), directory, test.verifier)
			require.ErrorContains(t, err, "\n"+test.want)
		})
	}
}

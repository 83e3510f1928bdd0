package release

import (
	"fmt"
	"strings"
	"testing"

	"aead.dev/minisign"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newKey makes a key, as the text of its file.
func newKey(t testing.TB) (secret, public string) {
	t.Helper()
	publicKey, privateKey, err := minisign.GenerateKey(nil)
	require.NoError(t, err)
	text, err := privateKey.MarshalText()
	require.NoError(t, err)
	return string(text), publicKey.String()
}

func newSigner(t testing.TB) *Signer {
	t.Helper()
	secret, _ := newKey(t)
	signer, err := NewSigner(secret, "")
	require.NoError(t, err)
	return signer
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	secret, public := newKey(t)
	_, line, _ := strings.Cut(secret, "\n")
	artifact := File{"1.2.3/linux/amd64/attini-runner", []byte("the binary")}
	for name, text := range map[string]string{"whole file": secret + "\n", "only its second line": line, "line ends of Windows": strings.ReplaceAll(secret, "\n", "\r\n")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signer, err := NewSigner(text, "a password that the key does not need")
			require.NoError(t, err)
			signature := signer.sign(artifact)
			assert.Equal(t, signature, signer.sign(artifact), "it is the same at any time")
			assert.Equal(t, artifact.Path+".minisig", signature.Path)
			verifier, err := NewVerifier("untrusted comment: minisign public key\n" + public + "\n")
			require.NoError(t, err)
			assert.NoError(t, verifier.verify(artifact, signature))
			assert.Equal(t, signer.String(), verifier.String())
		})
	}
}

// TestSignatureForm: minisign verifies it, by its default algorithm.
func TestSignatureForm(t *testing.T) {
	t.Parallel()
	signer := newSigner(t)
	artifact := File{"1.2.3/linux/amd64/attini-runner", []byte("the binary")}
	var read minisign.Signature
	require.NoError(t, read.UnmarshalText(signer.sign(artifact).Data))
	assert.Equal(t, minisign.HashEdDSA, read.Algorithm)
	assert.Equal(t, artifact.Path, read.TrustedComment)
	assert.Equal(t, "attini-runner, signed with minisign key "+signer.String(), read.UntrustedComment)
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	signer, other := newSigner(t), newSigner(t)
	verifier, err := signer.Verifier()
	require.NoError(t, err)
	artifact := File{"1.2.3/linux/amd64/attini-runner", []byte("the binary")}
	signature := signer.sign(artifact)
	for name, test := range map[string]struct {
		artifact  File
		signature []byte
		want      string
	}{
		"a flipped bit":       {File{artifact.Path, []byte("the bin`ry")}, signature.Data, "1.2.3/linux/amd64/attini-runner.minisig is not the signature of 1.2.3/linux/amd64/attini-runner: one of them was changed"},
		"another comment":     {artifact, []byte(strings.Replace(string(signature.Data), "1.2.3/linux", "1.2.4/linux", 1)), "is not the signature of"},
		"another version's":   {File{"1.2.4/linux/amd64/attini-runner", artifact.Data}, signature.Data, `was made for "1.2.3/linux/amd64/attini-runner": it is another file's`},
		"another processor's": {File{"1.2.3/linux/arm64/attini-runner", artifact.Data}, signature.Data, "it is another file's"},
		"another key's":       {artifact, other.sign(artifact).Data, "is of the key " + other.String() + ", not of " + signer.String()},
		"no signature":        {artifact, []byte("hello"), "is no signature: "},
		"nothing":             {artifact, nil, "is no signature: "},
		"a part of one":       {artifact, signature.Data[:len(signature.Data)-20], "is no signature: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := verifier.verify(test.artifact, File{test.artifact.Path + ".minisig", test.signature})
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// A key of this test only, encrypted with SECRETWORD. minisign's own keys take
// seconds to decrypt, this one milliseconds: how hard it is, is part of a key.
const (
	encryptedKey = "untrusted comment: minisign encrypted secret key\n" +
		"RWRTY0IyEHdMLhM28tzdLGz4SjaRQeofM55NQdIDmbWLaMOlqoMAgAAAAAAAAAAAAAEAAAAAZLRfjuZp9OWb6tVnAL3iZVDHn+5+3pt6vFQJHtMcI2ujL5eLMCUXCqFdYoxowlfhipM4r1Gue2K+QakU/R8WCwR0DrLlAL/X2p2PxWpvTnk+4bGlJ7GrK4PpjVIv7iMuAYi4/0QNJsk=\n"
	itsPublicKey = "RWQAUbiLN5zovTtArDfjvRYpR7Wl8gkBtaNmM2O6RKrqe4OLiAdKkx0P"
)

func TestEncryptedKey(t *testing.T) {
	t.Parallel()
	signer, err := NewSigner(encryptedKey, "SECRETWORD")
	require.NoError(t, err)
	verifier, err := NewVerifier(itsPublicKey)
	require.NoError(t, err)
	artifact := File{"1.2.3/linux/amd64/attini-runner", []byte("the binary")}
	require.NoError(t, verifier.verify(artifact, signer.sign(artifact)))

	_, err = NewSigner(encryptedKey, "")
	require.EqualError(t, err, "read the signing key: it is encrypted, and there is no password for it")
	for _, password := range []string{"SECRETWORT", "SECRETWORD\n"} {
		_, err = NewSigner(encryptedKey, password)
		assert.EqualError(t, err, "read the signing key: the password is not the key's, or the key is damaged")
	}
}

// TestNoSecretShown: neither what is no key nor a key gets into a text.
func TestNoSecretShown(t *testing.T) {
	t.Parallel()
	secret, public := newKey(t)
	_, line, _ := strings.Cut(secret, "\n")
	for name, text := range map[string]string{"nothing": "", "no base64": "SECRET!", "cut": line[:40], "public": public} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewSigner(text, "SECRETWORD")
			assert.EqualError(t, err, "read the signing key: it is no secret key of minisign; give the text of the file that `minisign -G` writes, both lines")
		})
	}
	signer, err := NewSigner(secret, "")
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		assert.Equal(t, signer.String(), fmt.Sprintf(verb, signer), verb)
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	t.Parallel()
	secret, _ := newKey(t)
	for name, text := range map[string]string{"nothing": "", "secret key": secret, "words": "none"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewVerifier(text)
			require.ErrorContains(t, err, "read the public key: it is none of minisign (")
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

// FuzzVerify: no text is the signature of a file but the one that was made.
func FuzzVerify(f *testing.F) {
	signer := newSigner(f)
	verifier, err := signer.Verifier()
	require.NoError(f, err)
	artifact := File{"1.2.3/linux/amd64/attini-runner", []byte("the binary")}
	signature := signer.sign(artifact)
	f.Add(signature.Data, 0)
	f.Add(signature.Data, 130)
	f.Add([]byte("untrusted comment: \n\ntrusted comment: \n\n"), 3)
	f.Fuzz(func(t *testing.T, text []byte, flip int) {
		if flip > 0 && flip < len(text) {
			text = append([]byte(nil), text...)
			text[flip] ^= 1
		}
		if verifier.verify(artifact, File{artifact.Path + ".minisig", text}) != nil {
			return
		}
		var read, made minisign.Signature
		require.NoError(t, read.UnmarshalText(text))
		require.NoError(t, made.UnmarshalText(signature.Data))
		read.UntrustedComment, made.UntrustedComment = "", ""
		assert.Equal(t, made, read)
	})
}

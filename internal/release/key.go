package release

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"aead.dev/minisign"
)

// The variables of the environment that have keys. No program that this one
// starts gets them.
const (
	// SigningKeyVariable has the text of minisign's secret key file.
	SigningKeyVariable = "ATTINI_SIGNING_KEY"
	// SigningPasswordVariable has the password of that key, if it has one.
	SigningPasswordVariable = "ATTINI_SIGNING_PASSWORD"
	// PublicKeyVariable has the public key that goes with it.
	PublicKeyVariable = "ATTINI_SIGNING_PUBLIC_KEY"
)

// Signer signs artifacts. Formatting one shows nothing of its key.
type Signer struct {
	key minisign.PrivateKey
}

// NewSigner reads the text of minisign's secret key file, with or without its
// comment line. The password is that of the key, empty if it has none. An error
// has nothing of either.
func NewSigner(secretKey, password string) (*Signer, error) {
	text := []byte(strings.TrimSpace(secretKey))
	if !minisign.IsEncrypted(text) {
		var key minisign.PrivateKey
		if key.UnmarshalText(text) != nil {
			return nil, errors.New("read the signing key: it is no secret key of minisign; give the text of the file that `minisign -G` writes, both lines")
		}
		return &Signer{key: key}, nil
	}
	if password == "" {
		return nil, errors.New("read the signing key: it is encrypted, and there is no password for it")
	}
	key, err := minisign.DecryptKey(password, text)
	if err != nil {
		return nil, errors.New("read the signing key: the password is not the key's, or the key is damaged")
	}
	return &Signer{key: key}, nil
}

// String is the id of the key, as minisign prints it.
func (s *Signer) String() string { return fmt.Sprintf("%016X", s.key.ID()) }

// Format is String for every verb, so that no log shows the key.
func (s *Signer) Format(to fmt.State, _ rune) { _, _ = io.WriteString(to, s.String()) }

// sign makes the signature of an artifact, the same at any time: of the file's
// hash, as minisign itself does by default.
func (s *Signer) sign(artifact File) File {
	reader := minisign.NewReader(bytes.NewReader(artifact.Data))
	_, _ = io.Copy(io.Discard, reader) // neither of them fails
	comment := fmt.Sprintf("%s, signed with minisign key %s", path.Base(artifact.Path), s)
	return File{Path: artifact.Path + signatureSuffix, Data: reader.SignWithComments(s.key, artifact.Path, comment)}
}

// Verifier verifies signatures.
type Verifier struct {
	key minisign.PublicKey
}

// NewVerifier reads minisign's public key, with or without its comment line.
func NewVerifier(publicKey string) (*Verifier, error) {
	v := &Verifier{}
	if err := v.key.UnmarshalText([]byte(strings.TrimSpace(publicKey))); err != nil {
		return nil, fmt.Errorf("read the public key: it is none of minisign (%w); give the line that `minisign -G` prints", err)
	}
	return v, nil
}

// Verifier is who verifies what the signer signs.
func (s *Signer) Verifier() (*Verifier, error) {
	public, ok := s.key.Public().(minisign.PublicKey)
	if !ok {
		return nil, errors.New("find the public key of the signing key: it has none")
	}
	return &Verifier{key: public}, nil
}

// String is the id of the key, as minisign prints it.
func (v *Verifier) String() string { return fmt.Sprintf("%016X", v.key.ID()) }

// verify checks the signature of an artifact.
func (v *Verifier) verify(artifact, signature File) error {
	var read minisign.Signature
	if err := read.UnmarshalText(signature.Data); err != nil {
		return fmt.Errorf("%s is no signature: %w", signature.Path, err)
	}
	if read.KeyID != v.key.ID() {
		return fmt.Errorf("%s is of the key %016X, not of %s", signature.Path, read.KeyID, v)
	}
	if !minisign.Verify(v.key, artifact.Data, signature.Data) {
		return fmt.Errorf("%s is not the signature of %s: one of them was changed", signature.Path, artifact.Path)
	}
	if read.TrustedComment != artifact.Path {
		return fmt.Errorf("%s was made for %q: it is another file's", signature.Path, read.TrustedComment)
	}
	return nil
}

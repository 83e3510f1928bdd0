package protocol

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// A claim keeps the task token of its job for the launcher, and every agent can read
// every claim. So the agent seals the token with a key that the launcher gives it
// (RFC 9180, base mode): only the launcher has the other half, which follows from the
// secret of the runner.

// sealedPrefix starts a sealed token. A task token is base64 and has no colon.
const sealedPrefix = "hpke:"

// tokenInfo binds keys and sealed tokens to their purpose.
const tokenInfo = "attini-runner claim token"

// TokenKey returns the public key for the tokens of a runner with a secret.
func TokenKey(secret string) (string, error) {
	private, err := tokenKey(secret)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()), nil
}

func tokenKey(secret string) (hpke.PrivateKey, error) {
	if secret == "" {
		return nil, errors.New("derive the key of tokens: the runner has no secret")
	}
	return kem().DeriveKeyPair([]byte(tokenInfo + "\n" + secret))
}

func kem() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }

// SealToken seals a task token with a public key, for the claim of a task's ARN: in the
// claim of another task it cannot be opened. Without a key, which launchers of
// before do not give, the token stays as it is.
func SealToken(key, task, token string) (string, error) {
	if key == "" {
		return token, nil
	}
	public, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return "", fmt.Errorf("read the key of tokens: %w", err)
	}
	recipient, err := kem().NewPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("read the key of tokens: %w", err)
	}
	sealed, err := hpke.Seal(recipient, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(tokenInfo+"\n"+task), []byte(token))
	if err != nil {
		return "", fmt.Errorf("seal a task token: %w", err)
	}
	return sealedPrefix + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// IsSealedToken reports whether only the launcher can read a claim's token.
func IsSealedToken(token string) bool { return strings.HasPrefix(token, sealedPrefix) }

// OpenToken returns the task token of a task's claim. The error means that it was sealed
// for another secret or task, or changed.
func OpenToken(secret, task, token string) (string, error) {
	if !IsSealedToken(token) {
		return token, nil
	}
	private, err := tokenKey(secret)
	if err != nil {
		return "", err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, sealedPrefix))
	if err == nil {
		sealed, err = hpke.Open(private, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(tokenInfo+"\n"+task), sealed)
	}
	if err != nil {
		return "", fmt.Errorf("open the task token of a claim: %w", err)
	}
	return string(sealed), nil
}

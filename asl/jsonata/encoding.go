package jsonata

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// base64Encode encodes the characters of a text as bytes, as btoa does; one beyond
// U+00FF is cut to its low byte.
func base64Encode(text string) string {
	bytes := make([]byte, 0, len(text))
	for _, c := range text {
		bytes = append(bytes, byte(c))
	}
	return base64.StdEncoding.EncodeToString(bytes)
}

// base64Decode decodes to a text whose characters are the bytes, as atob does. What
// is not in the alphabet is skipped.
func base64Decode(text string) string {
	clean := strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/':
			return c
		case c == '-':
			return '+'
		case c == '_':
			return '/'
		default:
			return -1
		}
	}, strings.TrimRight(text, "="))
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	bytes, err := base64.RawStdEncoding.DecodeString(clean)
	if err != nil {
		return ""
	}
	var out strings.Builder
	for _, b := range bytes {
		out.WriteRune(rune(b))
	}
	return out.String()
}

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"

// encodeURL escapes all bytes but those of unreserved characters and of keep.
func encodeURL(name, keep string) func(c call) (any, error) {
	return func(c call) (any, error) {
		text, ok := c.text(0)
		if !ok {
			return Undefined{}, nil
		}
		if !utf8.ValidString(text) {
			return nil, malformed(name, text)
		}
		if err := c.spendText(3 * len(text)); err != nil {
			return nil, err
		}
		const digits = "0123456789ABCDEF"
		plain := unreserved + keep
		var out strings.Builder
		for i := range len(text) {
			b := text[i]
			if b < utf8.RuneSelf && strings.IndexByte(plain, b) >= 0 {
				out.WriteByte(b)
			} else {
				out.Write([]byte{'%', digits[b>>4], digits[b&15]})
			}
		}
		return out.String(), nil
	}
}

// decodeURL reads escapes, but leaves those of the characters in keep.
func decodeURL(name, keep string) func(c call) (any, error) {
	return func(c call) (any, error) {
		text, ok := c.text(0)
		if !ok {
			return Undefined{}, nil
		}
		if err := c.spendText(len(text)); err != nil {
			return nil, err
		}
		var out strings.Builder
		for i := 0; i < len(text); i++ {
			if text[i] != '%' {
				out.WriteByte(text[i])
				continue
			}
			b, ok := hexByte(text, i+1)
			if !ok {
				return nil, malformed(name, text)
			}
			if b < utf8.RuneSelf && strings.IndexByte(keep, b) >= 0 {
				out.WriteString(text[i : i+3])
			} else {
				out.WriteByte(b)
			}
			i += 2
		}
		if !utf8.ValidString(out.String()) {
			return nil, malformed(name, text)
		}
		return out.String(), nil
	}
}

func hexByte(text string, from int) (byte, bool) {
	if from+2 > len(text) {
		return 0, false
	}
	var b byte
	for _, c := range []byte(text[from : from+2]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 {
			return 0, false
		}
		b = b<<4 | byte(digit)
	}
	return b, true
}

func malformed(name, text string) error {
	return fault("D3140").about(text).at(-1, name)
}

package asl

import (
	"crypto/md5"  //nolint:gosec // the language names these algorithms; nothing here relies on their strength
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// format is States.Format(template, value...): each {} of the template is replaced by the next value.
func format(a *arguments) (any, error) {
	var pieces []string
	if l, ok := a.parsed[0].(*literal); ok && l.pieces != nil {
		pieces = l.pieces
	} else {
		template, err := a.text(0)
		if err != nil {
			return nil, err
		}
		pieces = templatePieces(template)
	}
	values := a.values[1:]
	if places := len(pieces) - 1; places != len(values) {
		return nil, fmt.Errorf("the template has %d places {} for %d values", places, len(values))
	}
	var text strings.Builder
	for i, piece := range pieces {
		text.WriteString(piece)
		if i == len(values) {
			break
		}
		writeFormatted(&text, values[i])
	}
	return text.String(), nil
}

// writeFormatted writes a value as States.Format does: a text as it is, objects and lists as Java prints maps and lists, {a=1, b=[x, y]}.
func writeFormatted(text *strings.Builder, value any) {
	switch value := value.(type) {
	case nil:
		text.WriteString("null")
	case bool:
		text.WriteString(strconv.FormatBool(value))
	case json.Number:
		text.WriteString(string(value))
	case string:
		text.WriteString(value)
	case []any:
		text.WriteByte('[')
		for i, item := range value {
			if i > 0 {
				text.WriteString(", ")
			}
			writeFormatted(text, item)
		}
		text.WriteByte(']')
	case *Object:
		text.WriteByte('{')
		separator := ""
		for name, field := range value.All() {
			text.WriteString(separator + name + "=")
			writeFormatted(text, field)
			separator = ", "
		}
		text.WriteByte('}')
	}
}

// templatePieces cuts a template that came as data at its {} places; \{ and \} are braces that mean nothing there.
func templatePieces(template string) []string {
	pieces := []string{}
	var piece strings.Builder
	for rest := template; rest != ""; {
		switch {
		case strings.HasPrefix(rest, `\{`), strings.HasPrefix(rest, `\}`):
			piece.WriteByte(rest[1])
			rest = rest[2:]
		case strings.HasPrefix(rest, "{}"):
			pieces = append(pieces, piece.String())
			piece.Reset()
			rest = rest[2:]
		default:
			piece.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return append(pieces, piece.String())
}

// stringToJSON is States.StringToJson(text).
func stringToJSON(a *arguments) (any, error) {
	text, err := a.text(0)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil // recorded: nothing is null
	}
	value, err := decode([]byte(text))
	if err != nil {
		// The decoder's message may quote the text, which is payload.
		return nil, errors.New("argument 1 is not one JSON document")
	}
	return value, nil
}

// jsonToString is States.JsonToString(value).
func jsonToString(a *arguments) (any, error) {
	text, err := encode(a.values[0])
	return string(text), err
}

// stringSplit is States.StringSplit(text, delimiters): each character of the second argument divides, and empty parts are left out.
func stringSplit(a *arguments) (any, error) {
	text, err := a.text(0)
	if err != nil {
		return nil, err
	}
	delimiters, err := a.text(1)
	if err != nil {
		return nil, err
	}
	parts := []any{}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(delimiters, r) }) {
		parts = append(parts, part)
	}
	return parts, nil
}

// base64Encode is States.Base64Encode(text).
func base64Encode(a *arguments) (any, error) {
	text, err := a.shortText(0)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

// base64Decode is States.Base64Decode(text): the MIME scheme, in which line ends do not count and the padding may be missing.
func base64Decode(a *arguments) (any, error) {
	text, err := a.shortText(0)
	if err != nil {
		return nil, err
	}
	text = strings.TrimRight(strings.NewReplacer("\r", "", "\n", "").Replace(text), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("argument 1 is not Base64")
	}
	if !utf8.Valid(decoded) {
		return nil, errors.New("argument 1 decodes to bytes that are not UTF-8 text")
	}
	return string(decoded), nil
}

// hashText is States.Hash(text, algorithm).
func hashText(a *arguments) (any, error) {
	text, err := a.shortText(0)
	if err != nil {
		return nil, err
	}
	algorithm, err := a.text(1)
	if err != nil {
		return nil, err
	}
	data := []byte(text)
	var sum []byte
	switch algorithm {
	case "MD5":
		s := md5.Sum(data) //nolint:gosec // see the import
		sum = s[:]
	case "SHA-1":
		s := sha1.Sum(data) //nolint:gosec // see the import
		sum = s[:]
	case "SHA-256":
		s := sha256.Sum256(data)
		sum = s[:]
	case "SHA-384":
		s := sha512.Sum384(data)
		sum = s[:]
	case "SHA-512":
		s := sha512.Sum512(data)
		sum = s[:]
	default:
		return nil, errors.New("argument 2 must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
	}
	return hex.EncodeToString(sum), nil
}

// newUUID is States.UUID().
func newUUID(a *arguments) (any, error) {
	if a.scope.newID == nil { // an argument that is checked before any run
		return uuid.NewString(), nil
	}
	return a.scope.newID(), nil
}

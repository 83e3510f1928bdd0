package joblog

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// printed returns a text as it is after a Splitter: without control bytes, and valid
// UTF-8. Some tools replace several invalid bytes by one character.
func printed(text string) []string {
	if utf8.ValidString(text) {
		return []string{keepPrintable(text)}
	}
	return []string{
		keepPrintable(string([]rune(text))), // each invalid byte becomes U+FFFD
		keepPrintable(strings.ToValidUTF8(text, "\ufffd")), keepPrintable(strings.ToValidUTF8(text, "")),
	}
}

func keepPrintable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && !isPlainByte(byte(r)) {
			return -1
		}
		return r
	}, text)
}

// encodings returns a value as tools print it: in JSON, URLs, base64, hexadecimal, shell
// text, HTML, and as text of programming languages. Some results are equal, and some
// are the value itself.
func encodings(value string) iter.Seq[string] {
	return func(yield func(string) bool) {
		all := []func(string) []string{base64Forms, hexForms, jsonForms, urlForms, shellForms, htmlForms, quotedForms}
		if isUnchanged(value) {
			all = all[:2]
		}
		for _, forms := range all {
			for _, form := range forms(value) {
				if !yield(form) {
					return
				}
			}
		}
	}
}

// isUnchanged reports whether a value is the same in JSON, URLs, shell text, HTML and
// programs. Most secrets are.
func isUnchanged(value string) bool {
	for i := range len(value) {
		switch c := value[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// jsonStyle is how a program writes JSON text.
type jsonStyle struct {
	// html escapes <, > and &, as Go does; slash escapes /, as PHP does.
	html, slash bool
	// ascii is the digits' format of other characters: "" for none (JavaScript, Go),
	// lower case (Python, PHP, PowerShell) or upper case (Java).
	ascii string
}

// inside returns a text inside of a JSON string.
func (s jsonStyle) inside(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(s.html)
	if encoder.Encode(text) != nil {
		return text // texts always encode
	}
	quoted := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\n"), `"`)
	if s.slash {
		quoted = strings.ReplaceAll(quoted, "/", `\/`)
	}
	if s.ascii == "" {
		return quoted
	}
	var ascii strings.Builder
	for _, r := range quoted {
		if r < utf8.RuneSelf {
			ascii.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&ascii, s.ascii, unit)
		}
	}
	return ascii.String()
}

func jsonForms(value string) []string {
	var forms []string
	for _, ascii := range []string{"", `\u%04x`, `\u%04X`} {
		for _, html := range []bool{false, true} {
			for _, slash := range []bool{false, true} {
				style := jsonStyle{html, slash, ascii}
				once := style.inside(value)
				forms = append(forms, once, style.inside(once)) // also JSON in JSON
			}
		}
	}
	return forms
}

// The characters beside letters and digits that programs leave as they are in a URL.
const (
	strictURL    = "-_.~"                       // RFC 3986, curl, Python's quote_plus
	queryURL     = strictURL + "/"              // Python's quote
	componentURL = strictURL + "!*'()"          // encodeURIComponent
	pathURL      = strictURL + "$&+=:@"         // Go's PathEscape
	formURL      = "-_.*"                       // HTML forms, Java
	wholeURL     = componentURL + ";/?:@&=+$,#" // encodeURI
)

func urlForms(value string) []string {
	var forms []string
	for _, kept := range []string{strictURL, queryURL, componentURL, pathURL, formURL, wholeURL} {
		for _, format := range []string{"%%%02X", "%%%02x"} {
			var b strings.Builder
			for i := range len(value) {
				switch c := value[i]; {
				case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', strings.IndexByte(kept, c) >= 0:
					b.WriteByte(c)
				default:
					fmt.Fprintf(&b, format, c)
				}
			}
			escaped := b.String()
			forms = append(forms, escaped, strings.ReplaceAll(escaped, "%20", "+"))
		}
	}
	return forms
}

// minBase64 is the least length of a part of base64 that counts: a shorter one could be
// a word.
const minBase64 = 8

// base64Forms are the value alone, also in lines, and the characters that do not change
// with what is encoded before and after it.
func base64Forms(value string) []string {
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		whole := encoding.EncodeToString([]byte(value))
		if strings.HasSuffix(whole, "=") && len(whole) >= minBase64 {
			forms = append(forms, whole)
		}
		for before := range 3 {
			// The first character with a bit of other text and the last one are cut off.
			encoded := encoding.WithPadding(base64.NoPadding).EncodeToString(append(make([]byte, before), value...))
			from := (before*8 + 5) / 6
			to := (before + len(value)) * 8 / 6
			if to-from >= minBase64 {
				forms = append(forms, encoded[from:to])
			}
		}
		for _, width := range []int{64, 76} { // openssl, PEM; base64, MIME
			for rest := whole; len(whole) > width && len(rest) >= minBase64; rest = rest[min(width, len(rest)):] {
				forms = append(forms, rest[:min(width, len(rest))])
			}
		}
	}
	return forms
}

func hexForms(value string) []string {
	lower := hex.EncodeToString([]byte(value))
	if len(lower) < minBase64 {
		return nil
	}
	return []string{lower, strings.ToUpper(lower)}
}

// special are the bytes that printf %q and double quotes escape.
const special = " \t\"'\\$`!&|;<>()[]{}*?#~^=%,"

func shellForms(value string) []string {
	escaped := func(bytes string) string {
		var b strings.Builder
		for i := range len(value) {
			if strings.IndexByte(bytes, value[i]) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(value[i])
		}
		return b.String()
	}
	return []string{
		strings.ReplaceAll(value, "'", `'\''`),  // bash -x
		strings.ReplaceAll(value, "'", `'"'"'`), // dash -x, Python's shlex
		escaped("\"\\$`"),                       // in double quotes
		escaped("'\\"), escaped("\"\\"),         // programs' own texts
		escaped(special),                      // printf %q
		escaped(" \t\"'\\$`!&|;<>()[]{}*?^,"), // newer ones of it
		ansiC(value),                          // $'…'
		strings.ReplaceAll(value, "'", "''"),  // SQL, YAML, PowerShell
		strings.ReplaceAll(value, `"`, `""`),  // CSV
	}
}

// ansiC writes a text as bash does in $'…'.
func ansiC(value string) string {
	var b strings.Builder
	for i := range len(value) {
		switch c := value[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == escape:
			b.WriteString(`\E`)
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func htmlForms(value string) []string {
	if !strings.ContainsAny(value, "<>&\"'") {
		return nil
	}
	var forms []string
	for _, quote := range []string{`"`, "&quot;", "&#34;"} {
		for _, apostrophe := range []string{"'", "&#39;", "&#x27;", "&#039;", "&apos;"} {
			for _, greater := range []string{">", "&gt;"} {
				forms = append(forms, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", greater, `"`, quote, "'", apostrophe).Replace(value))
			}
		}
	}
	return forms
}

// quotedForms are texts of Go and Python.
func quotedForms(value string) []string {
	var forms []string
	for _, quoted := range []string{strconv.Quote(value), strconv.QuoteToASCII(value)} {
		inside := quoted[1 : len(quoted)-1]
		forms = append(forms, inside, strings.ReplaceAll(inside, `\"`, `"`), strings.ReplaceAll(strings.ReplaceAll(inside, `\"`, `"`), "'", `\'`))
	}
	return forms
}

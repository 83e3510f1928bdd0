package joblog

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// escapes are the sequences that a terminal does not show.
var escapes = regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-Z\\-~]?)`)

// slowHide is Mask.Hide in the plainest way: every byte of every occurrence is marked,
// in the text and in the text without its escape sequences.
func slowHide(all []string, text string) string {
	hidden := make([]bool, len(text))
	mark := func(text string, at []int) {
		for _, pattern := range all {
			for i := range len(text) {
				if pattern != "" && strings.HasPrefix(text[i:], pattern) {
					for j := at[i]; j <= at[i+len(pattern)-1]; j++ {
						hidden[j] = true
					}
				}
			}
		}
	}
	var same, kept []int
	var plain []byte
	for i := range len(text) {
		same = append(same, i)
	}
	sequences := escapes.FindAllStringIndex(text, -1)
	for i := range len(text) {
		for len(sequences) > 0 && sequences[0][1] <= i {
			sequences = sequences[1:]
		}
		if len(sequences) == 0 || i < sequences[0][0] {
			plain, kept = append(plain, text[i]), append(kept, i)
		}
	}
	mark(text, same)
	mark(string(plain), kept)
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if !hidden[i] {
			b.WriteByte(text[i])
			continue
		}
		start := i
		for i+1 < len(text) && hidden[i+1] {
			i++
		}
		b.WriteString("***")
		if strings.Contains(text[start:i+1], "\x1b") {
			b.WriteString("\x1b[0m")
		}
	}
	return b.String()
}

// slowLines is what a splitter makes of lines: a line that adds a secret counts from
// there on.
func slowLines(environment []string, lines string) string {
	mask := NewMask(environment)
	if mask == nil {
		mask = &Mask{}
	}
	out := strings.Split(lines, "\n")
	for i, line := range out {
		value, adds := strings.CutPrefix(strings.TrimSpace(escapes.ReplaceAllString(line, "")), "::add-mask::")
		if !adds {
			out[i] = slowHide(allPatterns(mask), line)
			continue
		}
		out[i] = "::add-mask::***"
		err := mask.Add(value)
		if decoded := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(value); decoded != value && err == nil {
			err = mask.Add(decoded)
		}
		if err != nil {
			out[i] += " is not hidden: " + err.Error()
		}
	}
	return strings.Join(out, "\n")
}

func allPatterns(m *Mask) []string {
	if m == nil {
		return nil
	}
	all := m.patterns.shorter
	for _, list := range m.patterns.longer {
		all = append(all, list...)
	}
	return all
}

// encoded writes a secret as the standard library's encoders do.
func encoded(secret string, form byte) string {
	switch form % 12 {
	case 1:
		quoted, _ := json.Marshal(secret)
		return string(quoted)
	case 2:
		once, _ := json.Marshal(map[string]string{"a": secret})
		twice, _ := json.Marshal(string(once))
		return string(twice)
	case 3:
		return url.QueryEscape(secret)
	case 4:
		return url.PathEscape(secret)
	case 5:
		return hex.EncodeToString([]byte(secret))
	case 6:
		return html.EscapeString(secret)
	case 7:
		return strconv.Quote(secret)
	case 8:
		return strconv.QuoteToASCII(secret)
	case 9:
		return "'" + strings.ReplaceAll(secret, "'", `'\''`) + "'"
	case 10:
		return strings.Join(strings.Split(secret, ""), "\x1b[31m")
	case 11:
		return base64.StdEncoding.EncodeToString([]byte(secret))
	default:
		return secret
	}
}

// FuzzMask compares the mask with a slow one, and looks for secrets that other
// encoders wrote, in text that arrives in pieces and is cut into lines.
func FuzzMask(f *testing.F) {
	f.Add("hunter22", "efgh/+'\"ijkl", "it is ", byte(0), uint8(3))
	f.Add("abcdefgh", "efghijkl", "abcdefghijkl\n", byte(3), uint8(1))
	f.Add("aaaa", "aaaaaaaab", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", byte(10), uint8(200))
	f.Add("geh€im\x01\xff<&>", "\x1b[1mab\x1b", "\x1b[0mgeh\x1b[1m€im", byte(7), uint8(5))
	f.Add("abcdef", "0", "0\x1b0000", byte(0), uint8(2))
	f.Add("first one\nsecond one", `back\slash`, `::add-mask:efgh`, byte(2), uint8(7))
	f.Add("abcdefgh", "geh%25eim%0Aabcd", "geh%eim abcdefgh\n", byte(150), uint8(4))
	f.Add("abcdefgh", "efghijkl", "efghijkl\n \x1b[1m::add-mask::efgh\x1b[mijkl\r\n", byte(11), uint8(9))
	f.Add("00\xd3\x13", "R\xcaCj\xf9\xbb\x04n\xbbS\xdb\xc0\xb79\xec", "\x1a", byte(':'), uint8(1)) // two that touch
	f.Fuzz(func(t *testing.T, first, second, text string, form byte, size uint8) {
		if len(first)+len(second) > 300 || len(text) > 2000 {
			t.Skip()
		}
		environment := []string{"A_TOKEN=" + first, "B_TOKEN=" + second, "C=" + second, "ATTINI_SECRET_VARIABLES=C"}
		// What a job printed: the text, a form of each secret, and the text again.
		output := text + encoded(first, form) + text + encoded(second, form/12) + text
		if form >= 144 { // and then the job hides one
			environment = environment[:1]
			output += "\n" + addMaskCommand + second + "\n" + encoded(second, form/12) + text
		}
		lines := split(output)
		mask := NewMask(environment)
		require.Equal(t, slowHide(allPatterns(mask), lines), string(mask.Hide([]byte(lines))), "in %q", lines)
		want := slowLines(environment, lines)

		var whole, inPieces bytes.Buffer
		through := func(to io.Writer, size int) {
			s := NewSplitter(1<<20, NewMask(environment), func(lines []byte) { _, _ = to.Write(lines) })
			for rest := output; rest != ""; rest = rest[min(size, len(rest)):] {
				_, _ = io.WriteString(s, rest[:min(size, len(rest))])
			}
			_ = s.Close()
		}
		through(&whole, len(output)+1)
		through(&inPieces, int(size)+1)
		require.Equal(t, whole.String(), inPieces.String())
		require.Equal(t, want, strings.TrimSuffix(whole.String(), "\n"), "through a splitter")

		if s := (secret{first, minSecretLength}); !strings.ContainsAny(first, "\r\n\x1b*") && strings.TrimSpace(first) == first && len(s.lines()) == 1 && len(split(first)) >= minSecretLength &&
			utf8.ValidString(first) && (form%12 != 11 || len(first) > 8) {
			for _, line := range strings.Split(split(encoded(first, form)), "\n") {
				require.NotContains(t, string(NewMask(environment[:1]).Hide([]byte(line))), split(first))
				require.Contains(t, string(NewMask(environment[:1]).Hide([]byte(line))), "***", "%q", line)
			}
		}
	})
}

// split returns the lines that a splitter makes of a text, joined, before it masks
// them or reads a secret from them.
func split(text string) string {
	s := NewSplitter(1<<20, nil, nil)
	rest, more := text, true
	for more {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		s.add([]byte(line))
		if more || len(s.line) > 0 {
			s.endLine()
		}
	}
	return strings.TrimSuffix(string(s.lines), "\n")
}

// TestMaskCut: wherever a long line is cut, no part of a secret of several bytes is
// left, also when secrets overlap at the cut.
func TestMaskCut(t *testing.T) {
	t.Parallel()
	environment := []string{"A_TOKEN=abcdefghijkl", "B_TOKEN=jklmnopq", "C_TOKEN=\"quoted\" one"}
	for _, printed := range []string{"abcdefghijkl", "abcdefghijklmnopq", "jklmnopq", `\"quoted\" one`, "abcde\x1b[1mfghij\x1b[mkl"} {
		for before := range 80 {
			var out []string
			s := NewSplitter(64, NewMask(environment), func(lines []byte) { out = append(out, strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n")...) })
			_, _ = io.WriteString(s, strings.Repeat("X", before)+printed+strings.Repeat("Y", 30))
			_ = s.Close()
			left := strings.NewReplacer("X", "", "Y", "", "*", "", "\x1b[0m", "").Replace(strings.Join(out, ""))
			require.Empty(t, left, "%d before %q: %q", before, printed, out)
		}
	}
}

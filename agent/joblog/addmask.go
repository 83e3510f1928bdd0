package joblog

import (
	"bytes"
	"strings"
)

// addMaskCommand starts a line that makes the rest of it a secret, as in GitHub Actions.
const addMaskCommand = "::add-mask::"

// findAddMask finds the first line that adds a secret, and its value. Without such a
// line, start and end are the length of the lines.
func findAddMask(lines []byte) (start, end int, value string) {
	for at := 0; ; {
		next := bytes.Index(lines[at:], []byte(addMaskCommand))
		if next < 0 {
			return len(lines), len(lines), ""
		}
		start = bytes.LastIndexByte(lines[:at+next], '\n') + 1
		end = len(lines)
		if length := bytes.IndexByte(lines[start:], '\n'); length >= 0 {
			end = start + length + 1
		}
		plain, _ := withoutEscapes(lines[start:end], nil, nil)
		if value, is := strings.CutPrefix(strings.TrimSpace(string(plain)), addMaskCommand); is {
			return start, end, value
		}
		at = end
	}
}

// addMask adds a secret and returns the line to emit instead of the command's.
func (s *Splitter) addMask(value string) []byte {
	if s.mask == nil {
		s.mask = &Mask{}
	}
	line := addMaskCommand + masked
	// GitHub's tools escape these three bytes of a value.
	decoded := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(value)
	err := s.mask.Add(value)
	if decoded != value && err == nil {
		err = s.mask.Add(decoded)
	}
	if err != nil {
		line += " is not hidden: " + err.Error()
	}
	return []byte(line + "\n")
}

// Hides reports whether a text has a secret that this splitter would hide.
func (s *Splitter) Hides(text []byte) bool { return s.mask.Contains(text) }

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	custom "github.com/aws/aws-lambda-go/cfn"

	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/quota"
)

// maxResponse is the size of a custom resource's response in bytes (AWS
// CloudFormation user guide, "Custom resource response objects").
const maxResponse = quota.CustomResourceResponse

// write returns a response as CloudFormation accepts it. Its Reason has as many whole
// lines as fit.
func write(response custom.Response, lines []string) ([]byte, error) {
	response.Reason = ""
	empty, err := encode(response)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return empty, nil
	}
	room := maxResponse - len(empty) - len(`"Reason":"",`)
	response.Reason = fit(lines, room)
	return encode(response)
}

func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // escapes take room
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("write the response to CloudFormation: %w", err)
	}
	return bytes.TrimSpace(text.Bytes()), nil
}

// size is how many bytes a text takes within a JSON text.
func size(text string) int {
	encoded, err := encode(text)
	if err != nil { // a text can be encoded
		return len(text)
	}
	return len(encoded) - len(`""`)
}

const (
	lineBreak = "\n"
	ellipsis  = "…"
)

// fit joins the lines that fit a number of bytes, and counts those left out. It cuts a
// line that is too long alone.
func fit(lines []string, room int) string {
	var kept []string
	used := 0
	for i, line := range lines {
		line = strings.ToValidUTF8(line, string(utf8.RuneError))
		rest := ""
		if left := len(lines) - i - 1; left > 0 {
			rest = more(left)
		}
		cost := size(line)
		if i > 0 {
			cost += size(lineBreak)
		}
		if used+cost+size(rest) <= room {
			kept, used = append(kept, line), used+cost
			continue
		}
		if i == 0 {
			return cut(line, room-size(rest)) + rest
		}
		return strings.Join(kept, lineBreak) + more(len(lines)-i)
	}
	return strings.Join(kept, lineBreak)
}

func more(left int) string {
	return fmt.Sprintf("%s%s and %d more; runnerctl validate lists all that it can know", lineBreak, ellipsis, left)
}

// cut shortens a text to a number of bytes in JSON, between two characters.
func cut(text string, room int) string {
	if size(text) <= room {
		return text
	}
	room -= size(ellipsis)
	used := 0
	for at, r := range text {
		if used += size(string(r)); used > room {
			return text[:at] + ellipsis
		}
	}
	return text
}

// linesOf returns a line for each problem. Questions that AWS did not answer come first,
// since other problems may follow from them.
func linesOf(err error) (lines []string, users bool) {
	problems, invalid := lifecycle.Problems(err)
	if !invalid {
		return []string{err.Error()}, false
	}
	problems = slices.DeleteFunc(slices.Clone(problems), func(p problem.Problem) bool { return p.Severity != problem.Error })
	slices.SortStableFunc(problems, func(a, b problem.Problem) int { return rank(a) - rank(b) })
	for _, p := range problems {
		line := p.Message
		if p.Advice != "" {
			line += ". " + p.Advice
		}
		lines = append(lines, line)
	}
	return lines, true
}

func rank(p problem.Problem) int {
	if p.Rule == lifecycle.RuleAccount {
		return 0
	}
	return 1
}

package plantesting

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// reportMock gives each line of the States Language's report its place in the file.
func (r *reader) reportMock(mock at, name string, err error) {
	first, rest, many := strings.Cut(err.Error(), "\n")
	if !many {
		rest = first
	}
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		r.report(at{mock.Node, mock.path, placeOfMock(mock.Node, name, line)}, RuleMock, "the mock of %s", line)
	}
}

var (
	mockStep   = regexp.MustCompile(`^(?:\[(\d+)\]|\.(\w+))`)
	mockedName = regexp.MustCompile(`^: "([^"]+)"`)
)

// placeOfMock finds the place of a problem such as Ask[1].cause: ….
func placeOfMock(n *cfn.Node, name, line string) problem.Place {
	rest := strings.TrimPrefix(line, name)
	for {
		step := mockStep.FindStringSubmatch(rest)
		if step == nil {
			break
		}
		rest = rest[len(step[0]):]
		if i, err := strconv.Atoi(step[1] + step[2]); err == nil && n.IsList() && i < len(n.Items) {
			n = n.Items[i]
		} else if n.Has(step[2]) {
			n = n.Get(step[2])
		}
	}
	if key := mockedName.FindStringSubmatch(rest); key != nil && n.Has(key[1]) {
		return n.KeyPlace(key[1])
	}
	return n.Place
}

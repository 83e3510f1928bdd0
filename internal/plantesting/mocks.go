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
		place, text := placeOfMock(mock.Node, name, strings.TrimSpace(line))
		r.report(at{mock.Node, mock.path, place}, RuleMock, "the mock of %s: %s", name, text)
	}
}

var mockStep = regexp.MustCompile(`^(?:\[(\d+)\]|\.(\w+))`)

// placeOfMock finds the place of a problem such as Ask[1].cause: ….
func placeOfMock(n *cfn.Node, name, line string) (problem.Place, string) {
	rest := strings.TrimPrefix(line, name)
	place := n.Place
	for {
		step := mockStep.FindStringSubmatch(rest)
		if step == nil {
			return place, strings.TrimPrefix(rest, ": ")
		}
		rest = rest[len(step[0]):]
		switch i, err := strconv.Atoi(step[1]); {
		case err == nil && n.IsList() && i < len(n.Items):
			n = n.Items[i]
		case n.IsMap() && n.Has(step[2]):
			n = n.Get(step[2])
		case n.IsList():
			if i, err := strconv.Atoi(step[2]); err == nil && i < len(n.Items) {
				n = n.Items[i]
			}
		}
		place = n.Place
	}
}

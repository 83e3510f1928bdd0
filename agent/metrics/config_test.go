package metrics_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/metrics"
)

func configuration() metrics.Config {
	return metrics.Config{
		Namespace:  "Attini/Runner",
		Dimensions: []metrics.Dimension{{Name: "StackName", Value: "shop"}, {Name: "RunnerName", Value: "Build<1>"}},
	}
}

func TestConfigurations(t *testing.T) {
	t.Parallel()
	one := func(name, value string) []metrics.Dimension { return []metrics.Dimension{{Name: name, Value: value}} }
	cases := map[string]struct {
		config   metrics.Config
		problems []string
	}{
		"as it is used":   {configuration(), nil},
		"no dimension":    {metrics.Config{Namespace: "n"}, nil},
		"the longest":     {metrics.Config{Namespace: strings.Repeat("n", 255), Dimensions: one(strings.Repeat("d", 255), strings.Repeat("v", 1024))}, nil},
		"every character": {metrics.Config{Namespace: "aZ0.-_/# :", Dimensions: one("a b:c", `"<&> \`)}, nil},
		"no namespace":    {metrics.Config{}, []string{`namespace ""`}},
		"only spaces":     {metrics.Config{Namespace: " "}, []string{`namespace " "`}},
		"a colon first":   {metrics.Config{Namespace: ":n", Dimensions: one(":d", "v")}, []string{`namespace ":n"`, `":d"`}},
		"not ASCII":       {metrics.Config{Namespace: "ü", Dimensions: one("ü", "\xff")}, []string{`"ü"`, `the dimension "ü"`, `\xff`}},
		"AWS's own":       {metrics.Config{Namespace: "AWS/EC2"}, []string{"AWS/ is for AWS"}},
		"too long":        {metrics.Config{Namespace: strings.Repeat("n", 256), Dimensions: one("d", strings.Repeat("v", 1025))}, []string{"namespace", "1024"}},
		"an empty value":  {metrics.Config{Namespace: "n", Dimensions: one("RunnerName", "")}, []string{`"RunnerName" has the value ""`}},
		"a line end":      {metrics.Config{Namespace: "n", Dimensions: one("d", "a\nb")}, []string{`a\nb`}},
		"no name":         {metrics.Config{Namespace: "n", Dimensions: one("", "v")}, []string{`dimension ""`}},
		"the metadata":    {metrics.Config{Namespace: "n", Dimensions: one("_aws", "v")}, []string{"metric's name"}},
		"a metric's name": {metrics.Config{Namespace: "n", Dimensions: one("JobsFailed", "v")}, []string{"metric's name"}},
		"a duration's":    {metrics.Config{Namespace: "n", Dimensions: one("RunTime", "v")}, []string{"metric's name"}},
		"twice":           {metrics.Config{Namespace: "n", Dimensions: slices.Concat(one("d", "v"), one("d", "w"))}, []string{"twice"}},
		"31 dimensions":   {metrics.Config{Namespace: "n", Dimensions: thirtyOne()}, []string{"31 dimensions: use at most 30"}},
		"all that is wrong": {
			metrics.Config{Dimensions: slices.Concat(one("", ""), one("QueueWait", "v"))},
			[]string{`namespace ""`, `dimension ""`, `value ""`, "metric's name"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := metrics.New(io.Discard, c.config)
			if c.problems == nil {
				require.NoError(t, err)
				require.NoError(t, m.Close(t.Context()))
				return
			}
			require.Error(t, err)
			for i, line := range strings.Split(err.Error(), "\n") {
				require.Less(t, i, len(c.problems), err)
				assert.Contains(t, line, c.problems[i])
			}
			assert.Equal(t, len(c.problems), 1+strings.Count(err.Error(), "\n"), err)
		})
	}
}

func thirtyOne() []metrics.Dimension {
	dimensions := make([]metrics.Dimension, 31)
	for i := range dimensions {
		dimensions[i] = metrics.Dimension{Name: strings.Repeat("d", i+1), Value: "v"}
	}
	return dimensions
}

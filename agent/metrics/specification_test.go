package metrics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// document is an embedded-metric line as a reader of it sees it: the rules are
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type document struct {
	Metadata struct {
		Timestamp         json.Number
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
	members map[string]json.RawMessage
}

// parse reads a line, and says which rule of the specification it breaks.
func parse(line []byte) (document, error) {
	var d document
	if len(line) > 1<<20 {
		return d, errors.New("over 1 MB")
	}
	if err := json.Unmarshal(line, &d.members); err != nil {
		return d, err
	}
	strict := json.NewDecoder(bytes.NewReader(d.members["_aws"]))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&d.Metadata); err != nil {
		return d, fmt.Errorf("metadata: %w", err)
	}
	if _, err := d.Metadata.Timestamp.Int64(); err != nil {
		return d, fmt.Errorf("timestamp: %w", err)
	}
	for _, directive := range d.Metadata.CloudWatchMetrics {
		switch {
		case directive.Namespace == "":
			return d, errors.New("no namespace")
		case len(directive.Dimensions) == 0:
			return d, errors.New("no dimension set")
		case len(directive.Metrics) == 0 || len(directive.Metrics) > 100:
			return d, fmt.Errorf("%d metrics", len(directive.Metrics))
		}
		for _, set := range directive.Dimensions {
			if set == nil || len(set) > 30 {
				return d, fmt.Errorf("%d dimensions", len(set))
			}
			for _, name := range set {
				var value string
				if err := json.Unmarshal(d.members[name], &value); err != nil || value == "" || len(value) > 1024 {
					return d, fmt.Errorf("the dimension %s is no text: %w", name, err)
				}
			}
		}
		seen := map[string]bool{}
		for _, metric := range directive.Metrics {
			if seen[metric.Name] {
				return d, fmt.Errorf("the metric %s is there twice", metric.Name)
			}
			seen[metric.Name] = true
			if metric.Unit != "Count" && metric.Unit != "Milliseconds" {
				return d, fmt.Errorf("the metric %s has the unit %q", metric.Name, metric.Unit)
			}
			if values, err := d.values(metric.Name); err != nil || len(values) == 0 || len(values) > 100 {
				return d, fmt.Errorf("the metric %s has %d values: %w", metric.Name, len(values), err)
			}
		}
	}
	return d, nil
}

// values are a metric's; none when the line does not declare it.
func (d document) values(name string) ([]float64, error) {
	member, found := d.members[name]
	if !found {
		return nil, nil
	}
	var one float64
	if err := json.Unmarshal(member, &one); err == nil {
		return []float64{one}, nil
	}
	var several []float64
	err := json.Unmarshal(member, &several)
	return several, err
}

// parseAll reads a log of nothing but embedded-metric lines, each of which has
// to keep to the specification.
func parseAll(t *testing.T, log string) []document {
	t.Helper()
	if log == "" {
		return nil
	}
	require.True(t, strings.HasSuffix(log, "\n"), "the last line has its end")
	var documents []document
	for line := range strings.Lines(log) {
		d, err := parse([]byte(line))
		require.NoError(t, err, line)
		documents = append(documents, d)
	}
	return documents
}

// values are those of a metric in all lines.
func values(t *testing.T, documents []document, name string) []float64 {
	t.Helper()
	var all []float64
	for _, d := range documents {
		some, err := d.values(name)
		require.NoError(t, err)
		all = append(all, some...)
	}
	return all
}

func sum(values []float64) (total float64) {
	for _, value := range values {
		total += value
	}
	return total
}

// TestLinesFollowTheSpecification: parse, on which the other tests rely, refuses
// what CloudWatch would drop.
func TestLinesFollowTheSpecification(t *testing.T) {
	t.Parallel()
	const good = `{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"n","Dimensions":[["D"]],"Metrics":[{"Name":"M","Unit":"Count"}]}]},"D":"d","M":[1,2]}`
	_, err := parse([]byte(good))
	require.NoError(t, err)
	for name, change := range map[string]struct{ from, to string }{
		"text before the object":    {`{"_aws"`, `step | {"_aws"`},
		"no metadata":               {`"_aws"`, `"aws"`},
		"an unknown member":         {`"Timestamp":1`, `"Timestamp":1,"Time":1`},
		"no time":                   {`"Timestamp":1,`, ``},
		"a time in parts":           {`"Timestamp":1`, `"Timestamp":1.5`},
		"no namespace":              {`"n"`, `""`},
		"no dimension set":          {`[["D"]]`, `[]`},
		"null for a dimension set":  {`[["D"]]`, `[null]`},
		"a dimension without value": {`"D":"d"`, `"E":"d"`},
		"a dimension of numbers":    {`"D":"d"`, `"D":1`},
		"no metrics":                {`{"Name":"M","Unit":"Count"}`, ``},
		"a metric twice":            {`"Metrics":[`, `"Metrics":[{"Name":"M","Unit":"Count"},`},
		"a metric without value":    {`"M":[1,2]`, `"N":1`},
		"a metric of texts":         {`"M":[1,2]`, `"M":["1"]`},
		"a metric with no values":   {`"M":[1,2]`, `"M":[]`},
		"too many values":           {`"M":[1,2]`, `"M":[1` + strings.Repeat(",1", 100) + `]`},
		"an unknown unit":           {`"Count"`, `"Jobs"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := strings.Replace(good, change.from, change.to, 1)
			require.NotEqual(t, good, bad)
			_, err := parse([]byte(bad))
			assert.Error(t, err, bad)
		})
	}
}

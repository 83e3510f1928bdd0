package metrics

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// Names of members that are no dimension.
const (
	metricStarted   = jobs + "Started"
	metricInFlight  = jobs + "InFlight"
	metricQueueWait = "QueueWait"
	metricRunTime   = "RunTime"
	// jobs begins the names of all counts; an outcome follows.
	jobs = "Jobs"
	// metadata is the member that makes a line an embedded-metric one.
	metadata = "_aws"
)

// isMember reports whether a line may have a member of this name that is no
// dimension.
func isMember(name string) bool {
	return strings.HasPrefix(name, jobs) || slices.Contains([]string{metricQueueWait, metricRunTime, metadata}, name)
}

// maxValues is how many values a line has of one metric.
const maxValues = 100

// minute is what was counted in one minute.
type minute struct {
	begin   time.Time
	started int
	ended   map[worker.Outcome]int
	// queueWaits and runTimes are in milliseconds.
	queueWaits, runTimes []int64
	// maxInFlight and last are how many jobs ran.
	maxInFlight, lastInFlight int
}

func newMinute(begin time.Time, inFlight int) *minute {
	return &minute{begin: begin, ended: map[worker.Outcome]int{}, maxInFlight: inFlight, lastInFlight: inFlight}
}

// run says how many jobs run now.
func (m *minute) run(inFlight int) {
	m.maxInFlight, m.lastInFlight = max(m.maxInFlight, inFlight), inFlight
}

// The parts of an embedded-metric line, by the names of its specification.
type (
	header struct {
		Timestamp         int64
		CloudWatchMetrics []directive
	}
	directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []definition
	}
	definition struct{ Name, Unit string }
)

const (
	unitCount        = "Count"
	unitMilliseconds = "Milliseconds"
)

// document is one line in the making.
type document struct {
	members map[string]any
	metrics []definition
}

func (d *document) add(name, unit string, value any) {
	d.members[name] = value
	d.metrics = append(d.metrics, definition{name, unit})
}

// lines are the minute's, each with its line end. All but the last have as many
// values as a line may have.
func (m *minute) lines(c Config) ([][]byte, error) {
	var lines [][]byte
	waits, times := m.queueWaits, m.runTimes
	for first := true; first || len(waits)+len(times) > 0; first = false {
		d := document{members: map[string]any{}}
		if first {
			m.count(&d)
		}
		waits = d.addSome(metricQueueWait, waits)
		times = d.addSome(metricRunTime, times)
		line, err := d.line(c, m.begin)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// count adds what a minute has once.
func (m *minute) count(d *document) {
	inFlight := []int{m.maxInFlight}
	if m.lastInFlight != m.maxInFlight {
		inFlight = append(inFlight, m.lastInFlight)
	}
	d.add(metricInFlight, unitCount, inFlight)
	if m.started > 0 {
		d.add(metricStarted, unitCount, m.started)
	}
	for _, outcome := range slices.Sorted(maps.Keys(m.ended)) {
		d.add(jobs+string(outcome), unitCount, m.ended[outcome])
	}
}

// addSome adds as many durations as fit, and returns those that are left.
func (d *document) addSome(name string, values []int64) []int64 {
	if len(values) == 0 {
		return nil
	}
	some := min(len(values), maxValues)
	d.add(name, unitMilliseconds, values[:some])
	return values[some:]
}

func (d *document) line(c Config, at time.Time) ([]byte, error) {
	set := make([]string, len(c.Dimensions))
	for i, dimension := range c.Dimensions {
		set[i] = dimension.Name
		d.members[dimension.Name] = dimension.Value
	}
	d.members[metadata] = header{
		Timestamp:         at.UnixMilli(),
		CloudWatchMetrics: []directive{{Namespace: c.Namespace, Dimensions: [][]string{set}, Metrics: d.metrics}},
	}
	text, err := json.Marshal(d.members)
	if err != nil {
		return nil, fmt.Errorf("encode metrics: %w", err)
	}
	return append(text, '\n'), nil
}

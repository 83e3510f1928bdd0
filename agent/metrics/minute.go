package metrics

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// Names in an embedded-metric line.
const (
	namespace       = "Attini/Runner"
	dimension       = "RunnerName"
	metricStarted   = jobs + "Started"
	metricInFlight  = jobs + "InFlight"
	metricQueueWait = "QueueWait"
	metricRunTime   = "RunTime"
	// jobs is the prefix of the counts; worker.Outcome follows.
	jobs = "Jobs"
	// metadata is the member that marks an embedded-metric line.
	metadata = "_aws"
)

// maxValues is the greatest number of values of one metric in a line.
const maxValues = 100

// minute is what was counted in one minute.
type minute struct {
	begin   time.Time
	started int
	ended   map[worker.Outcome]int
	// queueWaits and runTimes are in milliseconds.
	queueWaits, runTimes []int64
	// maxInFlight is the maximum of running jobs, lastInFlight their last number.
	maxInFlight, lastInFlight int
}

func newMinute(begin time.Time, inFlight int) *minute {
	return &minute{begin: begin, ended: map[worker.Outcome]int{}, maxInFlight: inFlight, lastInFlight: inFlight}
}

// run records how many jobs run now.
func (m *minute) run(inFlight int) {
	m.maxInFlight, m.lastInFlight = max(m.maxInFlight, inFlight), inFlight
}

// The parts of an embedded-metric line, named as in its specification.
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

// document is a line before it is encoded.
type document struct {
	members map[string]any
	metrics []definition
}

func (d *document) add(name, unit string, value any) {
	d.members[name] = value
	d.metrics = append(d.metrics, definition{name, unit})
}

// lines returns the minute's lines, each with an LF: several if a metric has more
// than maxValues values.
func (m *minute) lines(runner string) ([][]byte, error) {
	var lines [][]byte
	waits, times := m.queueWaits, m.runTimes
	for first := true; first || len(waits)+len(times) > 0; first = false {
		d := document{members: map[string]any{}}
		if first {
			m.count(&d)
		}
		waits = d.addSome(metricQueueWait, waits)
		times = d.addSome(metricRunTime, times)
		line, err := d.line(runner, m.begin)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// count adds the metrics that only the first line has.
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

// addSome adds as many durations as fit and returns the rest.
func (d *document) addSome(name string, values []int64) []int64 {
	if len(values) == 0 {
		return nil
	}
	some := min(len(values), maxValues)
	d.add(name, unitMilliseconds, values[:some])
	return values[some:]
}

func (d *document) line(runner string, at time.Time) ([]byte, error) {
	d.members[dimension] = runner
	d.members[metadata] = header{
		Timestamp:         at.UnixMilli(),
		CloudWatchMetrics: []directive{{Namespace: namespace, Dimensions: [][]string{{dimension}}, Metrics: d.metrics}},
	}
	text, err := json.Marshal(d.members)
	if err != nil {
		return nil, fmt.Errorf("encode metrics: %w", err)
	}
	return append(text, '\n'), nil
}

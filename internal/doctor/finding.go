package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Finding is a cause of trouble.
type Finding struct {
	// Rule is a stable name, as in "image-missing".
	Rule string `json:"rule"`
	// Kind says how sure it is.
	Kind Kind `json:"kind"`
	// Cause is one sentence, Evidence what it was concluded from.
	Cause    string   `json:"cause"`
	Evidence []string `json:"evidence"`
	// Advice is what to do, Next the command that shows more or does it.
	Advice string `json:"advice"`
	Next   string `json:"next,omitempty"`

	at time.Time
}

// Kind is how sure a finding is; findings are sorted by it.
type Kind string

// The kinds of findings, surest first.
const (
	// KindCause is what a service said, or what is missing.
	KindCause Kind = "cause"
	// KindSuspect is a condition that explains the trouble, if nothing else does.
	KindSuspect Kind = "suspect"
	// KindSymptom is what the user sees; its cause is elsewhere.
	KindSymptom Kind = "symptom"
	// KindNotice is no fault: what a plan waits for in good order.
	KindNotice Kind = "notice"
)

func (k Kind) rank() int {
	return slices.Index([]Kind{KindCause, KindSuspect, KindSymptom, KindNotice}, k)
}

// Diagnose returns what is wrong, the likeliest cause first, in an order that depends on
// the observations alone. It returns nothing if all is well.
func Diagnose(o Observations) []Finding {
	d := &diagnosis{o: o}
	d.statements()
	d.installation()
	for _, runner := range o.Runners {
		d.runner(runner)
	}
	d.execution()
	d.network()
	return d.sorted()
}

// diagnosis collects findings; each rule has at most one.
type diagnosis struct {
	o        Observations
	findings []Finding
}

// maxEvidence is how many pieces of evidence a finding shows.
const maxEvidence = 5

// add adds a finding, or its evidence to the one of the same rule.
func (d *diagnosis) add(f Finding) {
	f.Next = d.complete(f.Next)
	i := slices.IndexFunc(d.findings, func(other Finding) bool { return other.Rule == f.Rule })
	if i < 0 {
		d.findings = append(d.findings, f)
		return
	}
	old := &d.findings[i]
	if f.Kind.rank() < old.Kind.rank() {
		f.Evidence = append(f.Evidence, old.Evidence...)
		*old = f
		return
	}
	for _, text := range f.Evidence {
		if len(old.Evidence) < maxEvidence && !slices.Contains(old.Evidence, text) {
			old.Evidence = append(old.Evidence, text)
		}
	}
	if f.at.After(old.at) {
		old.at = f.at
	}
}

// has reports whether one of the rules has a finding.
func (d *diagnosis) has(rules ...string) bool {
	return slices.ContainsFunc(d.findings, func(f Finding) bool { return slices.Contains(rules, f.Rule) })
}

// sorted returns the surest findings first; of equally sure ones, the newest.
func (d *diagnosis) sorted() []Finding {
	slices.SortStableFunc(d.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Kind.rank(), b.Kind.rank()), b.at.Compare(a.at))
	})
	return d.findings
}

// complete fills in a command's placeholders; one that is unknown stays as it is.
func (d *diagnosis) complete(command string) string {
	pairs := []string{}
	for name, value := range map[string]string{"{stack}": d.o.Stack, "{region}": d.o.Region, "{execution}": d.o.Execution.ARN} {
		if value != "" {
			pairs = append(pairs, name, value)
		}
	}
	for _, runner := range d.o.Runners {
		for name, value := range map[string]string{"{cluster}": runner.Cluster, "{definition}": runner.Definition} {
			if value != "" {
				pairs = append(pairs, name, value)
			}
		}
		if runner.Task != nil {
			pairs = append(pairs, "{task}", runner.Task.ARN)
		} else if len(runner.Stopped) > 0 {
			pairs = append(pairs, "{task}", runner.Stopped[0].ARN)
		}
		if runner.Host != nil {
			pairs = append(pairs, "{host}", runner.Host.ID)
		}
		if runner.Queue != nil {
			pairs = append(pairs, "{queue}", runner.Queue.URL)
		}
	}
	return strings.NewReplacer(pairs...).Replace(command)
}

// maxQuote is how many bytes of a service's sentence are shown.
const maxQuote = 700

// quote shortens what a service said to what may be shown: Step Functions quotes the
// whole input of a state, which may have secrets in it.
func quote(text string) string {
	for _, marker := range []string{" in the input '", "Execution Input: '", "Encoded authorization failure message:"} {
		if before, _, found := strings.Cut(text, marker); found {
			text = before + strings.TrimRight(marker, "'") + "…"
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxQuote {
		return text
	}
	end := maxQuote
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// ago writes a time span for people.
func ago(span time.Duration) string {
	return fmt.Sprint(span.Round(time.Second))
}

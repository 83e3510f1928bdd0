package metrics

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Dimension tells the metrics of one agent from those of others.
type Dimension struct{ Name, Value string }

// Config is where CloudWatch files the metrics.
type Config struct {
	// Namespace is 1 to 255 letters, digits, spaces and . - _ / # :
	Namespace string
	// Dimensions are up to 30, in the order in which they are written. Each
	// combination of values is a metric of its own, and has its price: a
	// job's or a task's identity is no dimension.
	Dimensions []Dimension
}

// Limits of CloudWatch, from PutMetricData's and Dimension's reference and the
// embedded metric format's specification.
const (
	maxName       = 255
	maxValue      = 1024
	maxDimensions = 30
)

// check returns everything that CloudWatch would not take: it drops such
// lines, and says so nowhere that a user looks.
func (c Config) check() error {
	var problems []error
	allowed := regexp.MustCompile(`^[0-9A-Za-z.\-_/# ][0-9A-Za-z.\-_/#: ]{0,254}$`)
	if !allowed.MatchString(c.Namespace) || strings.TrimSpace(c.Namespace) == "" {
		problems = append(problems, fmt.Errorf(
			"the namespace %q: use 1 to %d letters, digits, spaces and . - _ / # :, not : first", c.Namespace, maxName))
	}
	if strings.HasPrefix(c.Namespace, "AWS/") {
		problems = append(problems, fmt.Errorf("the namespace %q: AWS/ is for AWS's own; use another prefix", c.Namespace))
	}
	if len(c.Dimensions) > maxDimensions {
		problems = append(problems, fmt.Errorf("%d dimensions: use at most %d", len(c.Dimensions), maxDimensions))
	}
	for i, dimension := range c.Dimensions {
		problems = append(problems, dimension.check())
		if slices.ContainsFunc(c.Dimensions[:i], func(d Dimension) bool { return d.Name == dimension.Name }) {
			problems = append(problems, fmt.Errorf("the dimension %q is there twice; use it once", dimension.Name))
		}
	}
	return errors.Join(problems...)
}

func (d Dimension) check() error {
	var problems []error
	if !isText(d.Name, maxName) || d.Name[0] == ':' {
		problems = append(problems, fmt.Errorf("the dimension %q: name it with 1 to %d ASCII characters, not : first", d.Name, maxName))
	}
	if isMember(d.Name) {
		problems = append(problems, fmt.Errorf("the dimension %q has a metric's name; use another", d.Name))
	}
	if !isText(d.Value, maxValue) {
		problems = append(problems, fmt.Errorf(
			"the dimension %q has the value %q; use 1 to %d ASCII characters, not only spaces", d.Name, d.Value, maxValue))
	}
	return errors.Join(problems...)
}

// isText reports whether CloudWatch takes a name or value: ASCII that prints,
// not only spaces.
func isText(s string, most int) bool {
	if strings.TrimSpace(s) == "" || len(s) > most {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

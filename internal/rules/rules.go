// Package rules explains the rules that problems of a template name: what each
// means, an example that breaks it, and how to mend it. The file rules.md is the one
// source; docs/rules.md is made of it.
package rules

import (
	_ "embed"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Rule is one rule, explained. Its texts are Markdown without a final new line.
type Rule struct {
	Name string
	// Also is the rule's name in the States Language, where that is another one.
	Also string
	// Meaning says what is wrong, Mend what to do.
	Meaning, Mend string
	// Wrong breaks the rule, Right does not.
	Wrong, Right Example
}

// Example is a part of a template, or a text of another kind.
type Example struct {
	// Kind says what the text is: the properties of a "runner", the body of a
	// "plan", a whole "template", a template that a "run" evaluates, or any "text".
	Kind, Text string
}

//go:embed rules.md
var source string

var section = regexp.MustCompile("(?s)^([a-z-]+)(?: \\(([a-z-]+)\\))?\n(.+?)\n\n```([a-z]+)\n(.+?)\n```\n\n(.+?)\n\n```([a-z]+)\n(.+?)\n```\n*$")

// All returns the rules in the order of their names.
func All() []Rule {
	parts := strings.Split("\n"+source, "\n## ")[1:]
	all := make([]Rule, 0, len(parts))
	for _, part := range parts {
		m := section.FindStringSubmatch(part)
		if m == nil {
			// A test holds that every part of the file has this form.
			continue
		}
		all = append(all, Rule{Name: m[1], Also: m[2], Meaning: m[3], Wrong: Example{m[4], m[5]}, Mend: m[6], Right: Example{m[7], m[8]}})
	}
	return all
}

// Named returns the rule of a name, also of one in the States Language.
func Named(name string) (Rule, bool) {
	for _, rule := range All() {
		if name != "" && (rule.Name == name || rule.Also == name) {
			return rule, true
		}
	}
	return Rule{}, false
}

// Names lists the names of all rules.
func Names() []string {
	all := All()
	names := make([]string, len(all))
	for i, rule := range all {
		names[i] = rule.Name
	}
	return names
}

// WriteText writes a rule's explanation for a terminal.
func (r Rule) WriteText(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s\n\n%s\n\n%s\n\n%s\n\n%s\n", r.Name, wrapped(r.Meaning), indented(r.Wrong.Text), wrapped(r.Mend), indented(r.Right.Text))
	return err
}

// WriteMarkdown writes the page of all rules.
func WriteMarkdown(w io.Writer) error {
	var text strings.Builder
	text.WriteString("# Rules\n\n" +
		"`runnerctl validate` names a rule behind each problem, in brackets. `runnerctl explain RULE` prints what is here.\n\n")
	for _, rule := range All() {
		fmt.Fprintf(&text, "- [%s](#%s)\n", rule.Name, rule.Name)
	}
	for _, rule := range All() {
		fmt.Fprintf(&text, "\n## %s\n\n%s\n\n%s\n\n%s\n\n%s\n", rule.Name, rule.Meaning, rule.Wrong.fenced(), rule.Mend, rule.Right.fenced())
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (e Example) fenced() string {
	language := "yaml"
	if e.Kind == "text" {
		language = "text"
	}
	return "```" + language + "\n" + e.Text + "\n```"
}

func indented(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }

// lineWidth is how many characters a line of an explanation has.
const lineWidth = 78

func wrapped(text string) string {
	var lines strings.Builder
	length := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case length+1+len(word) > lineWidth:
			lines.WriteByte('\n')
			length = 0
		default:
			lines.WriteByte(' ')
			length++
		}
		lines.WriteString(word)
		length += len(word)
	}
	return lines.String()
}

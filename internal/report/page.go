package report

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/runevents"
)

//go:embed page
var sources embed.FS

// scripts are the page's, in the order in which they run.
var scripts = []string{"format.js", "ansi.js", "pieces.js", "list.js", "viewer.js", "steps.js", "detail.js", "main.js"}

// bidirectional matches what changes the order of letters, also for those who read the
// page's source.
var bidirectional = regexp.MustCompile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

// page writes the page around its texts.
type page struct {
	out    *output
	run    *run
	source Source
}

// textsMark is where page.html has the texts.
const textsMark = "<!--texts-->"

// sequences are those of a terminal for colours.
var sequences = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// head writes what is before the texts.
func (p *page) head() error {
	shell, style, script, err := parts()
	if err != nil {
		return err
	}
	before, _, _ := strings.Cut(shell, textsMark)
	graph, err := p.graph()
	if err != nil {
		return err
	}
	_, ending, _ := strings.Cut(p.ending(), " ")
	title := p.run.About.Plan + " " + ending
	before = replace(before, map[string]string{
		"policy": policy(style, script), "style": style, "title": escape(title), "summary": p.summary(), "graph": graph,
	})
	_, err = p.out.Write([]byte(before))
	return err
}

// tail writes the data, which names the texts, and the script that shows it.
func (p *page) tail() error {
	shell, _, script, err := parts()
	if err != nil {
		return err
	}
	data, err := json.Marshal(p.run) // without <, > and & in texts
	if err != nil {
		return err
	}
	_, after, _ := strings.Cut(shell, textsMark)
	ordered := bidirectional.ReplaceAllStringFunc(string(data), func(c string) string { return fmt.Sprintf(`\u%04x`, []rune(c)[0]) })
	_, err = p.out.Write([]byte(replace(after, map[string]string{"data": ordered, "script": script})))
	return err
}

// replace fills in the marks of the shell, each of which is there once; what is filled
// in is not looked at again.
func replace(shell string, values map[string]string) string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{{"+name+"}}", value)
	}
	return strings.NewReplacer(pairs...).Replace(shell)
}

// parts are the page's sources.
func parts() (shell, style, script string, err error) {
	read := func(name string) string {
		content, found := sources.ReadFile("page/" + name)
		if found != nil {
			err = found
		}
		return string(content)
	}
	shell, style = read("page.html"), read("page.css")
	var all strings.Builder
	all.WriteString("\"use strict\";\n(() => {\n")
	for _, name := range scripts {
		all.WriteString(read(name))
	}
	all.WriteString("})();\n")
	return shell, style, all.String(), err
}

// policy allows this script and this style, and nothing from anywhere else.
func policy(style, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'", hash(script), hash(style))
}

// graph is the plan's graph with how its steps ended.
func (p *page) graph() (string, error) {
	if p.source.Graph == nil {
		return "<p>The graph of the plan is not kept with this run.</p>", nil
	}
	status, visits := p.run.statuses()
	for node := range p.source.Graph.All {
		p.run.Nodes[node.ID] = node.Name
		node.Status = string(status[node.Name])
		if n := visits[node.Name]; n > 1 {
			node.Details = append(node.Details, fmt.Sprintf("ran %d times", n))
		}
	}
	return inline(p.source.Graph)
}

func inline(graph *plangraph.Graph) (string, error) {
	var svg strings.Builder
	err := graph.WriteInlineSVG(&svg)
	return svg.String(), err
}

// summary is how the run ended, readable without scripts.
func (p *page) summary() string {
	r := p.run
	var text strings.Builder
	fmt.Fprintf(&text, "<h1>%s <span class=\"status %s\">%s</span></h1>\n", escape(r.About.Plan), r.Status, p.ending())
	facts := []string{r.About.Template, r.Started.Format("2006-01-02 15:04:05 UTC"), runevents.Clock(time.Duration(r.Seconds * float64(time.Second))), count(len(r.Steps), "step")}
	if r.About.From != "" {
		facts = append(facts, "from step "+r.About.From)
	}
	fmt.Fprintf(&text, "<p class=\"facts\">%s</p>\n", join(facts))
	if r.Killed {
		why := cmp.Or(p.source.Unfinished, "The run was killed before it ended.")
		fmt.Fprintf(&text, "<div class=\"why STOPPED\"><p>%s</p></div>\n", escape(why))
	}
	if r.Error == nil {
		return text.String()
	}
	fmt.Fprintf(&text, "<section class=\"why %s\" aria-label=\"Why it ended\">", r.Status)
	if s := r.byVisit[r.Failed]; s != nil {
		fmt.Fprintf(&text, "<p><a href=\"#step-%d\">Step %s</a> failed.</p><pre tabindex=\"0\">%s</pre>", s.Visit, escape(s.Path), escape(runevents.Explain(s.result)))
	} else {
		fmt.Fprintf(&text, "<pre tabindex=\"0\">%s</pre>", escape(r.Error.String()))
	}
	text.WriteString("</section>\n")
	return text.String()
}

// ending is how the run ended, in words.
func (p *page) ending() string {
	switch {
	case p.run.Killed && p.source.Unfinished != "":
		return "… running"
	case p.run.Status == runevents.Succeeded:
		return "✓ succeeded"
	case p.run.Status == runevents.Failed:
		return "✗ failed"
	default:
		return "■ stopped"
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// join is a row of facts.
func join(facts []string) string {
	var escaped []string
	for _, fact := range facts {
		if fact != "" {
			escaped = append(escaped, "<span>"+escape(fact)+"</span>")
		}
	}
	return strings.Join(escaped, " ")
}

// escape is a text in HTML. Colours are dropped; what else a terminal or the order of
// letters would take as a command is shown as U+FFFD.
func escape(text string) string {
	text = sequences.ReplaceAllString(strings.ToValidUTF8(text, "\ufffd"), "")
	return html.EscapeString(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text))
}

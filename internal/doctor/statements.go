package doctor

import (
	"regexp"
	"slices"
	"strings"
)

// sentence is a rule about what a service says.
type sentence struct {
	rule string
	// by are the sources that can say it; empty means all.
	by []Source
	// says are patterns, in which * stands for any text. One of them has to occur in
	// the code and the text, which a colon joins. Case does not matter, except for codes
	// in capitals.
	says   []string
	kind   Kind
	cause  string
	advice string
	next   string
}

// statements adds a finding for each statement that a rule knows.
func (d *diagnosis) statements() {
	statements := slices.Clone(d.o.Statements)
	for _, runner := range d.o.Runners {
		for _, task := range runner.Stopped {
			statements = append(statements, taskStatements(task)...)
		}
		if h := runner.Host; h != nil && (h.ReasonCode != "" || h.Reason != "") {
			statements = append(statements, Statement{By: SourceHost, About: "instance " + h.ID, Code: h.ReasonCode, Text: h.Reason})
		}
	}
	rules, names := sentences(), regexp.MustCompile(chosenNames)
	for _, s := range statements {
		if rule, known := s.rule(rules, names); known {
			d.add(s.finding(rule))
		} else if s.By == SourceStack || s.By == SourceExecution {
			d.add(s.finding(sentence{
				rule: "unknown", kind: KindSymptom, cause: "a service reported a failure that no rule knows",
				advice: "read the service's sentence; it is shown as the service wrote it", next: "runnerctl logs {stack}",
			}))
		}
	}
}

// taskStatements are what ECS says of a stopped task, its containers first: they are
// nearer to the cause.
func taskStatements(task Task) []Statement {
	var all []Statement
	for _, c := range task.Containers {
		if c.Reason != "" {
			all = append(all, Statement{By: SourceTask, About: "container " + c.Name + " of " + task.ARN, Text: c.Reason, At: task.StoppedAt})
		}
	}
	if task.StopReason != "" || task.StopCode != "" {
		all = append(all, Statement{By: SourceTask, About: task.ARN, Code: task.StopCode, Text: task.StopReason, At: task.StoppedAt})
	}
	return all
}

func (s Statement) finding(rule sentence) Finding {
	said := strings.TrimSuffix(strings.TrimPrefix(s.Code+": "+s.Text, ": "), ": ")
	if advice, _, found := strings.Cut(said, " What to do: "); found {
		said = advice
	}
	advice := rule.advice
	if where := policyAdvice(said); where != "" && strings.HasSuffix(rule.rule, "denied") {
		advice = where
	}
	kind := rule.kind
	if kind == "" {
		kind = KindCause
	}
	return Finding{
		Rule: rule.rule, Kind: kind, Cause: rule.cause, Advice: advice, Next: rule.next, at: s.At,
		Evidence: []string{strings.TrimPrefix(s.About+": ", ": ") + string(s.By) + " says: " + quote(said)},
	}
}

// rule returns the first rule that knows the statement.
func (s Statement) rule(rules []sentence, names *regexp.Regexp) (sentence, bool) {
	said, _, _ := strings.Cut(s.Code+": "+s.Text, "What to do: ")
	said = names.ReplaceAllString(straight(said), "arn")
	lower := strings.ToLower(said)
	for _, rule := range rules {
		if len(rule.by) > 0 && !slices.Contains(rule.by, s.By) {
			continue
		}
		if slices.ContainsFunc(rule.says, func(pattern string) bool { return occurs(pattern, said, lower) }) {
			return rule, true
		}
	}
	return sentence{}, false
}

// chosenNames matches ARNs: people choose the names in them, which can have any word of
// a rule.
const chosenNames = `arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:[^\s"',)\]]+`

// straight makes equal the apostrophes that AWS writes.
func straight(text string) string {
	return strings.NewReplacer("\u2019", "'", "\u2018", "'").Replace(text)
}

// occurs reports whether the parts of a pattern occur in the text, in their order. A
// pattern in capitals is a code: a word of its own, in capitals.
func occurs(pattern, text, lower string) bool {
	if pattern == strings.ToUpper(pattern) {
		return hasWord(text, pattern)
	}
	return inOrder(strings.ToLower(pattern), lower)
}

func inOrder(pattern, text string) bool {
	for part := range strings.SplitSeq(pattern, "*") {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return true
}

// hasWord reports whether a code occurs, with no letter before it, and none after it
// unless it ends with a colon or full stop.
func hasWord(text, code string) bool {
	letter := func(c byte) bool { return c == '_' || c == '-' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' }
	for rest, before := text, byte(' '); ; {
		i := strings.Index(rest, code)
		if i < 0 {
			return false
		}
		if i > 0 {
			before = rest[i-1]
		}
		after := rest[i+len(code):]
		if !letter(before) && (after == "" || strings.HasSuffix(code, ":") || strings.HasSuffix(code, ".") || !letter(after[0])) {
			return true
		}
		before, rest = code[len(code)-1], after
	}
}

// policyAdvice says where a call can be allowed: the kind of policy that AWS names
// decides (IAM user guide, "Troubleshoot access denied error messages"). It is "" for
// the caller's own policy.
func policyAdvice(text string) string {
	text = strings.ToLower(straight(text))
	for _, kind := range []struct{ policy, advice string }{
		{"service control policy", "a service control policy refuses it, and no policy of this account can allow it: ask the administrator of the AWS organization"},
		{"resource control policy", "a resource control policy refuses it, and no policy of this account can allow it: ask the administrator of the AWS organization"},
		{"permissions boundary", "allow it in the permissions boundary of that role"},
		{"vpc endpoint policy", "allow it in the policy of the VPC endpoint that the call goes through"},
		{"session policy", "allow it in the session policy with which the role was assumed"},
	} {
		if strings.Contains(text, "because no "+kind.policy) || strings.Contains(text, "explicit deny in a "+kind.policy) {
			return kind.advice
		}
	}
	if strings.Contains(text, "with an explicit deny in ") {
		return "remove the explicit deny from the policy that AWS names"
	}
	return ""
}

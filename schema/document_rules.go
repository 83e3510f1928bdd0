package schema

// RulesDocument returns the description itself as JSON, indented, for checkers
// in other languages that report as Read does: each property in its order with
// its kind, bounds and the words for what is allowed. The rule pack for cfn-lint
// has it as its one source.
func RulesDocument() []byte {
	plan := ruleProperty{Kind: anyObject.String(), Type: planType}
	for _, p := range planProperties() {
		plan.Properties = append(plan.Properties, ruleProperty{Name: p.name, Required: p.required})
	}
	runner := ruleOf(described())
	runner.Type = RunnerType
	return encoded(map[string]ruleProperty{"runner": runner, "plan": plan})
}

// ruleProperty is a property as RulesDocument writes it.
type ruleProperty struct {
	Type       string   `json:"type,omitempty"`
	Name       string   `json:"name,omitempty"`
	Kind       string   `json:"kind,omitempty"`
	Required   bool     `json:"required,omitempty"`
	WrittenOut bool     `json:"writtenOut,omitempty"`
	Least      int      `json:"least,omitempty"`
	Most       int      `json:"most,omitempty"`
	Unit       string   `json:"unit,omitempty"`
	Allowed    []string `json:"allowed,omitempty"`
	// Truths and Unquoted say what a boolean has to do with the allowed texts.
	Truths     map[string]string `json:"truths,omitempty"`
	Unquoted   string            `json:"unquoted,omitempty"`
	Pattern    string            `json:"pattern,omitempty"`
	Shape      string            `json:"shape,omitempty"`
	MaxItems   int               `json:"maxItems,omitempty"`
	EmptyList  bool              `json:"emptyList,omitempty"`
	Exclusive  [][2]string       `json:"exclusive,omitempty"`
	Properties []ruleProperty    `json:"properties,omitempty"`
}

func ruleOf(p property) ruleProperty {
	rule := ruleProperty{
		Name: p.name, Kind: p.kind.String(), Required: p.required, WrittenOut: p.writtenOut,
		Least: p.least, Most: p.most, Unit: p.unit, Allowed: p.allowed, Truths: p.truths, Unquoted: p.unquoted, Pattern: p.pattern, Shape: p.shape,
		MaxItems: p.maxItems, EmptyList: p.emptyList, Exclusive: p.exclusive,
	}
	for _, inside := range p.of {
		rule.Properties = append(rule.Properties, ruleOf(inside))
	}
	return rule
}

// String names a kind as RulesDocument does.
func (k kind) String() string {
	return [...]string{
		text: "text", integer: "integer", textList: "textList", idList: "idList",
		nameOrList: "nameOrList", object: "object", anyObject: "anyObject",
	}[k]
}

package fakecfn

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// transform runs the macros of a template's Transform, in their order. AWS's own
// transforms stay in it, for MiniStack.
func (f *Service) transform(ctx context.Context, region string, template *cfn.Node, given map[string]string) (*cfn.Node, error) {
	var own []*cfn.Node
	var macros []string
	for _, name := range names(template.Get("Transform")) {
		if strings.HasPrefix(name, "AWS::") {
			own = append(own, cfn.Str(name))
			continue
		}
		macros = append(macros, name)
	}
	template.Delete("Transform")
	for _, macro := range macros {
		var err error
		if template, err = f.runMacro(ctx, region, macro, template, values(template, given)); err != nil {
			return nil, err
		}
	}
	if len(own) > 0 {
		template.Set("Transform", cfn.Seq(own...))
	}
	return template, nil
}

// names are those of one text or a list.
func names(n *cfn.Node) []string {
	switch {
	case n.IsString():
		return []string{n.Text}
	case !n.IsList():
		return nil
	}
	var all []string
	for _, item := range n.Items {
		all = append(all, item.Text)
	}
	return all
}

// values are the parameters' values, lists as lists.
func values(template *cfn.Node, given map[string]string) map[string]any {
	all := map[string]any{}
	for _, parameter := range template.Get("Parameters").Entries() {
		value, ok := given[parameter.Key]
		if !ok {
			value = ""
			if fallback := parameter.Value.Get("Default"); fallback.IsScalar() {
				value = fallback.Text
			}
		}
		all[parameter.Key] = value
		if kind := parameter.Value.Get("Type"); kind.IsString() && strings.Contains(kind.Text, "List") {
			all[parameter.Key] = strings.Split(value, ",")
		}
	}
	return all
}

// runMacro calls a macro's function as CloudFormation does ("Lambda function
// request and response mapping" of its user guide).
func (f *Service) runMacro(ctx context.Context, region, macro string, fragment *cfn.Node, values map[string]any) (*cfn.Node, error) {
	function, err := f.macro(region, macro)
	if err != nil {
		return nil, err
	}
	transformID := fakeaws.Account + "::" + macro
	event, err := json.Marshal(map[string]any{
		"region": region, "accountId": fakeaws.Account, "fragment": fragment, "transformId": transformID,
		"params": map[string]any{}, "requestId": uuid.NewString(), "templateParameterValues": values,
	})
	if err != nil {
		return nil, err
	}
	answer, err := f.cloud.Call(ctx, region, function, event)
	if err != nil {
		return nil, failed(transformID, err)
	}
	var response struct {
		Status       string          `json:"status"`
		ErrorMessage string          `json:"errorMessage"`
		Fragment     json.RawMessage `json:"fragment"`
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, failed(transformID, err)
	}
	if !strings.EqualFold(response.Status, "success") {
		return nil, refusal("Transform " + transformID + " failed with: " + response.ErrorMessage + ". Rollback requested by user.")
	}
	expanded, err := cfn.ReadJSON(response.Fragment)
	if err != nil {
		return nil, failed(transformID, err)
	}
	return expanded, nil
}

func failed(transform string, err error) error {
	return refusal("Failed to execute transform " + transform + ": " + err.Error())
}

// adapt puts right what MiniStack does otherwise than CloudFormation: a FIFO
// queue without a name becomes a queue of the other kind there; and it is told
// who plays the functions.
func (f *Service) adapt(region string, template *cfn.Node) error {
	for _, resource := range template.Get("Resources").Entries() {
		properties := resource.Value.Get("Properties")
		switch {
		case isType(resource.Value, "AWS::SQS::Queue") && properties.Has("FifoQueue") && !properties.Has("QueueName"):
			properties.Set("QueueName", cfn.Sub("${AWS::StackName}-"+resource.Key+".fifo"))
		case isType(resource.Value, "AWS::Serverless::Function"), isType(resource.Value, "AWS::Lambda::Function"):
			name := properties.Get("FunctionName")
			if !name.IsString() {
				return fmt.Errorf("the stand-in plays no function without a FunctionName: %s", resource.Key)
			}
			environment := child(child(properties, "Environment"), "Variables")
			environment.Set(fakeaws.ProxyVariable, cfn.Str(f.cloud.FunctionURL(region, name.Text)))
		}
	}
	return nil
}

// child is the Map under a key, which is made where there is none.
func child(n *cfn.Node, key string) *cfn.Node {
	if !n.Get(key).IsMap() {
		n.Set(key, cfn.Obj())
	}
	return n.Get(key)
}

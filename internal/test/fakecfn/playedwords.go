package fakecfn

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/cfn"
)

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // never of a Builder
	return b.String()
}

// members are a list in CloudFormation's XML, of pairs by their keys.
func members(values map[string]string, key, value string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "<member><%[1]s>%[2]s</%[1]s><%[3]s>%[4]s</%[3]s></member>", key, escaped(name), value, escaped(values[name]))
	}
	return b.String()
}

// described is the stack in the answer to DescribeStacks.
func (s *playedStack) described() string {
	role := ""
	if s.role != "" {
		role = "<RoleARN>" + s.role + "</RoleARN>"
	}
	return fmt.Sprintf("<Stacks><member><StackName>%s</StackName><StackId>%s</StackId><StackStatus>%s</StackStatus><StackStatusReason>%s</StackStatusReason>%s"+
		"<CreationTime>2026-01-01T00:00:00Z</CreationTime><EnableTerminationProtection>%t</EnableTerminationProtection><Outputs>%s</Outputs><Parameters>%s</Parameters><Tags>%s</Tags></member></Stacks>",
		s.name, s.id, s.status, escaped(s.reason), role, s.protected, members(s.outputs, "OutputKey", "OutputValue"),
		members(s.parameters, "ParameterKey", "ParameterValue"), members(s.tags, "Key", "Value"))
}

// eventsDescribed are the events in the answer to DescribeStackEvents, latest first.
func (s *playedStack) eventsDescribed() string {
	var b strings.Builder
	b.WriteString("<StackEvents>")
	for _, e := range slices.Backward(s.events) {
		fmt.Fprintf(&b, "<member><EventId>%s</EventId><StackId>%s</StackId><StackName>%s</StackName><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>%s</PhysicalResourceId>"+
			"<ResourceType>%s</ResourceType><ResourceStatus>%s</ResourceStatus><ResourceStatusReason>%s</ResourceStatusReason><ClientRequestToken>%s</ClientRequestToken><Timestamp>%s</Timestamp></member>",
			e.id, s.id, s.name, e.logical, e.physical, e.kind, e.status, escaped(e.reason), e.token, e.at.UTC().Format(time.RFC3339Nano))
	}
	b.WriteString("</StackEvents>")
	return b.String()
}

// summary answers GetTemplateSummary of a template.
func summary(w http.ResponseWriter, text string) {
	template, problems := cfn.Read([]byte(text))
	if template == nil {
		refuse(w, refusal(fmt.Sprintf("Template format error: %v", problems)))
		return
	}
	var b strings.Builder
	for _, p := range template.Get("Parameters").Entries() {
		fallback := ""
		if n := p.Value.Get("Default"); n != nil {
			fallback = "<DefaultValue>" + escaped(n.Text) + "</DefaultValue>"
		}
		fmt.Fprintf(&b, "<member><ParameterKey>%s</ParameterKey>%s</member>", escaped(p.Key), fallback)
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = fmt.Fprintf(w, `<GetTemplateSummaryResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><GetTemplateSummaryResult><Parameters>%s</Parameters></GetTemplateSummaryResult></GetTemplateSummaryResponse>`, &b) // the client's matter
}

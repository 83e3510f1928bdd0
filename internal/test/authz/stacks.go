package authz

import (
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/test/iam"
)

// cloudformation asks for a stack, by name or id, with the tags that it gets or has; and
// for the service role that it is given.
func (q *question) cloudformation() {
	name := q.call.Form.Get("StackName")
	arn := name
	if !strings.HasPrefix(name, "arn:") {
		arn = q.arn("cloudformation", "stack/"+name+"/*")
	}
	if name == "" {
		return
	}
	context := iam.Context{}
	for i := 1; q.call.Form.Has("Tags.member." + strconv.Itoa(i) + ".Key"); i++ {
		member := "Tags.member." + strconv.Itoa(i)
		context["aws:RequestTag/"+q.call.Form.Get(member+".Key")] = []string{q.call.Form.Get(member + ".Value")}
	}
	if q.call.Operation != "CreateStack" && q.facts != nil {
		for key, value := range q.facts.StackTags(name) {
			context["aws:ResourceTag/"+key] = []string{value}
		}
	}
	q.ask(arn, context)
	q.passRole("cloudformation.amazonaws.com", q.call.Form.Get("RoleARN"))
}

package authz

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/attini-go/runner/internal/test/iam"
)

func (q *question) ec2() {
	switch q.call.Operation {
	case "RunInstances":
		q.runInstances()
	case "TerminateInstances", "StopInstances", "StartInstances", "RebootInstances":
		for i := 1; q.call.Form.Has("InstanceId." + strconv.Itoa(i)); i++ {
			id := q.call.Form.Get("InstanceId." + strconv.Itoa(i))
			context := iam.Context{}
			for key, value := range q.facts.InstanceTags(id) {
				context["aws:ResourceTag/"+key], context["ec2:ResourceTag/"+key] = []string{value}, []string{value}
			}
			q.ask(q.arn("ec2", "instance/"+id), context)
		}
	}
}

// runInstances asks for all that a launch touches. A launch template's tags are
// the request's: EC2 hands them on.
func (q *question) runInstances() {
	form := q.call.Form
	id := form.Get("LaunchTemplate.LaunchTemplateId")
	template := q.facts.LaunchTemplate(id, cmp.Or(form.Get("LaunchTemplate.Version"), "$Default"))
	common := iam.Context{}
	if id != "" {
		common["ec2:LaunchTemplate"] = []string{q.arn("ec2", "launch-template/"+id)}
		// What the request itself gives is not the launch template's.
		common["ec2:IsLaunchTemplateResource"] = []string{"true"}
	}
	with := func(kind string) iam.Context {
		context := maps.Clone(common)
		maps.Copy(context, tagContext(template.Tags[kind]))
		return context
	}
	instance := with("instance")
	instance["ec2:InstanceType"] = []string{cmp.Or(form.Get("InstanceType"), template.InstanceType)}
	q.ask(q.arn("ec2", "instance/*"), instance)
	q.ask(q.arnIn("ec2", "", "image/"+cmp.Or(form.Get("ImageId"), template.Image)), common)
	if id != "" {
		q.ask(q.arn("ec2", "launch-template/"+id), common)
	}
	q.ask(q.arn("ec2", "network-interface/*"), with("network-interface"))
	q.ask(q.arn("ec2", "volume/*"), with("volume"))
	for _, group := range template.SecurityGroups {
		q.ask(q.arn("ec2", "security-group/"+group), common)
	}
	if subnet := form.Get("SubnetId"); subnet != "" {
		context := maps.Clone(common)
		context["ec2:IsLaunchTemplateResource"] = []string{"false"}
		q.ask(q.arn("ec2", "subnet/"+subnet), context)
	}
	if key := cmp.Or(form.Get("KeyName"), template.KeyName); key != "" {
		q.ask(q.arn("ec2", "key-pair/"+key), common)
	}
	for _, kind := range slices.Sorted(maps.Keys(template.Tags)) {
		context := tagContext(template.Tags[kind])
		context["ec2:CreateAction"] = []string{"RunInstances"}
		q.askFor("ec2:CreateTags", q.arn("ec2", kind+"/*"), context)
	}
	q.passRole("ec2."+q.suffix(), template.ProfileRole)
}

// tagContext are the keys of tags that a request gives.
func tagContext(tags map[string]string) iam.Context {
	context := iam.Context{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		context["aws:RequestTag/"+key] = []string{tags[key]}
		context["aws:TagKeys"] = append(context["aws:TagKeys"], key)
	}
	return context
}

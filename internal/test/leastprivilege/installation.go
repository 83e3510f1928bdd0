package leastprivilege

import (
	"fmt"
	"maps"
	"slices"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/iam"
)

// Variant is how a template is installed.
type Variant struct {
	// Partition is aws, aws-cn or aws-us-gov.
	Partition, Region, Account string
	Parameters                 map[string]string
}

func (v Variant) suffix() string {
	if v.Partition == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// Policy is one of a template.
type Policy struct {
	// Name is where it is: the resource's logical id, and what of it.
	Name     string
	Document iam.Document
}

// Role is one of a template.
type Role struct {
	// ID is its logical id.
	ID, ARN  string
	Trust    Policy
	Policies []Policy
	Boundary string
}

// Installation are a template's roles and resources' policies, with all values.
type Installation struct {
	Variant Variant
	// Roles by logical id.
	Roles map[string]*Role
	// Resources are the policies of resources, by the resource's ARN.
	Resources map[string]*Policy
}

// stackName is the stack's name, and random what CloudFormation adds to names:
// as the recordings have both.
const (
	stackName = "attini-runner"
	random    = "x"
)

// resolver evaluates a template.
type resolver struct {
	template  *cfn.Node
	variant   Variant
	evaluator *cfn.Evaluator
}

// Install evaluates a template's roles and policies.
func Install(template *cfn.Node, variant Variant) (*Installation, error) {
	r := &resolver{template: template, variant: variant}
	values := cfn.Values{
		Parameters: map[string]string{},
		Pseudo: map[string]string{
			"AWS::Partition": variant.Partition, "AWS::Region": variant.Region, "AWS::AccountId": variant.Account,
			"AWS::URLSuffix": variant.suffix(), "AWS::StackName": stackName,
		},
		References: map[string]string{},
	}
	maps.Copy(values.Parameters, variant.Parameters)
	// Names need pseudo parameters only; everything else may need names.
	for range 2 {
		evaluator, found := cfn.NewEvaluator(template, values)
		if len(found) > 0 {
			return nil, fmt.Errorf("evaluate the template: %v", found)
		}
		r.evaluator = evaluator
		for _, resource := range cfn.Resources(template) {
			r.name(resource, values.References)
		}
	}
	all := &Installation{Variant: variant, Roles: map[string]*Role{}, Resources: map[string]*Policy{}}
	for _, resource := range cfn.Resources(template) {
		present, err := r.present(resource.Value)
		if err != nil {
			return nil, err
		}
		if !present {
			continue
		}
		if err := r.add(all, resource, values.References); err != nil {
			return nil, fmt.Errorf("read %s: %w", resource.Key, err)
		}
	}
	return all, nil
}

// present reports whether a resource's condition holds.
func (r *resolver) present(resource *cfn.Node) (bool, error) {
	condition := resource.Get("Condition")
	if !condition.IsString() {
		return true, nil
	}
	holds, problems := r.evaluator.Condition(condition.Text, cfn.NewPath("Conditions"))
	if len(problems) > 0 {
		return false, fmt.Errorf("evaluate the condition %s: %v", condition.Text, problems)
	}
	return holds, nil
}

// value evaluates a node; what it comes to is nil for AWS::NoValue.
func (r *resolver) value(n *cfn.Node) (*cfn.Node, error) {
	if n == nil {
		return nil, nil
	}
	result, problems := r.evaluator.Evaluate(n, cfn.NewPath("Resources"))
	if len(problems) > 0 {
		return nil, fmt.Errorf("evaluate: %v", problems)
	}
	if cfn.IsNoValue(result) {
		return nil, nil
	}
	return result, nil
}

// text is a node's text; "" where it has none yet.
func (r *resolver) text(n *cfn.Node) string {
	value, err := r.value(n)
	if err != nil || !value.IsString() {
		return ""
	}
	return value.Text
}

// add reads what a resource is to IAM.
func (r *resolver) add(all *Installation, resource cfn.Field, references map[string]string) error {
	properties := resource.Value.Get("Properties")
	switch kind := resource.Value.Get("Type").Text; kind {
	case "AWS::IAM::Role":
		role, err := r.role(resource.Key, properties, references)
		if err == nil {
			all.Roles[resource.Key] = role
		}
		return err
	case "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy":
		document, err := r.document(properties.Get("PolicyDocument"))
		if err != nil {
			return err
		}
		target := properties.At("Bucket", "Ref")
		if queues := properties.Get("Queues"); queues.IsList() {
			target = queues.Items[0].Get("Ref")
		}
		all.Resources[references[target.Text+".Arn"]] = &Policy{Name: resource.Key, Document: document}
	case "AWS::Lambda::Permission":
		return r.permission(all, resource.Key, properties)
	}
	return nil
}

// role reads a role with all its policies.
func (r *resolver) role(id string, properties *cfn.Node, references map[string]string) (*Role, error) {
	role := &Role{ID: id, ARN: references[id+".Arn"], Boundary: r.text(properties.Get("PermissionsBoundary"))}
	document, err := r.document(properties.Get("AssumeRolePolicyDocument"))
	if err != nil {
		return nil, err
	}
	role.Trust = Policy{Name: id + " trust", Document: document}
	if policies := properties.Get("Policies"); policies.IsList() {
		for _, policy := range policies.Items {
			if document, err = r.document(policy.Get("PolicyDocument")); err != nil {
				return nil, err
			}
			role.Policies = append(role.Policies, Policy{Name: id + " " + policy.Get("PolicyName").Text, Document: document})
		}
	}
	attached, err := r.value(properties.Get("ManagedPolicyArns"))
	if err != nil || attached == nil {
		return role, err
	}
	for _, item := range attached.Items {
		policy, err := r.managed(id, item.Text, references)
		if err != nil {
			return nil, err
		}
		role.Policies = append(role.Policies, policy)
	}
	return role, nil
}

// managed is an attached policy: one of the template, or AWS's.
func (r *resolver) managed(role, arn string, references map[string]string) (Policy, error) {
	for _, resource := range cfn.Resources(r.template) {
		if references[resource.Key] == arn {
			document, err := r.document(resource.Value.At("Properties", "PolicyDocument"))
			return Policy{Name: resource.Key, Document: document}, err
		}
	}
	document, err := iam.Managed(arn)
	return Policy{Name: role + " " + arn, Document: document}, err
}

func (r *resolver) document(n *cfn.Node) (iam.Document, error) {
	value, err := r.value(n)
	if err != nil {
		return iam.Document{}, err
	}
	text, err := value.MarshalJSON()
	if err != nil {
		return iam.Document{}, err
	}
	return iam.Parse(text)
}

// RoleIDs are the roles' logical ids, sorted.
func (i *Installation) RoleIDs() []string { return slices.Sorted(maps.Keys(i.Roles)) }

package cfn

// noValue is the pseudo parameter that removes the property it is given to.
const noValue = "AWS::NoValue"

// PseudoParameters are the names that Ref and Fn::Sub take without a
// declaration.
func PseudoParameters() []string {
	return []string{
		"AWS::AccountId", noValue, "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
		"AWS::StackName", "AWS::URLSuffix",
	}
}

// Resources are the entries of a template's Resources section, those of
// Fn::ForEach included, whose values are lists. There are none when the
// section is missing or no object.
func Resources(template *Node) []Field { return template.Get("Resources").Entries() }

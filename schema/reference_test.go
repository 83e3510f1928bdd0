package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/golden"
)

// examples are values of the properties by path, as they are written in a template.
func examples() map[string]string {
	return map[string]string{
		"TaskDefinitionArn": "!Ref BuildTask", "ContainerName": "build", "EcsCluster": "deployments", "RoleArn": "!GetAtt BuildRole.Arn",
		"Image": "public.ecr.aws/amazonlinux/amazonlinux:2023", "Memory": "4096", "Cpu": "1024", "SharedWith": "[shop-*]", "Isolation": "job",
		"Ec2Configuration.Ami": "AmazonLinux2023", "Ec2Configuration.InstanceType": "m5.large", "Ec2Configuration.InstanceProfileName": "build-host",
		"Ec2Configuration.FallbackInstanceTypes": "[m5a.large, m6i.large]",
		"RunnerConfiguration.MaxConcurrentJobs":  "2", "RunnerConfiguration.IdleTimeToLive": "600", "RunnerConfiguration.JobTimeout": "1800", "RunnerConfiguration.LogLevel": "DEBUG",
		"AwsVpcConfiguration.Subnets": "[subnet-0a1, subnet-0b2]", "AwsVpcConfiguration.SecurityGroups": "[!GetAtt Group.GroupId]", "AwsVpcConfiguration.AssignPublicIp": "DISABLED",
		"Startup.Commands": "[./prepare.sh]", "Startup.CommandsTimeout": "120",
	}
}

// TestReferenceExamples: every property has an example, and Read accepts it.
func TestReferenceExamples(t *testing.T) {
	t.Parallel()
	for path, example := range examples() {
		text := "{" + strings.ReplaceAll(path, ".", ": {") + ": " + example + strings.Repeat("}", strings.Count(path, ".")+1)
		if strings.HasPrefix(path, "Ec2Configuration.") && !strings.HasSuffix(path, ".InstanceType") {
			text = strings.Replace(text, "Ec2Configuration: {", "Ec2Configuration: {InstanceType: m5.large, ", 1)
		}
		if strings.HasPrefix(path, "AwsVpcConfiguration.") && !strings.HasSuffix(path, "Subnets") {
			text = strings.Replace(text, "AwsVpcConfiguration: {", "AwsVpcConfiguration: {Subnets: [subnet-0a1], ", 1)
		}
		if path == "Startup.CommandsTimeout" {
			text = strings.Replace(text, "Startup: {", "Startup: {Commands: [ls], ", 1)
		}
		resource, problems := cfn.Read([]byte("{Type: " + RunnerType + ", Properties: " + text + "}"))
		require.Empty(t, problems, text)
		_, problems = Read("R", resource, cfn.NewPath("Resources", "R"), nil)
		assert.Empty(t, problems, text)
	}
}

// TestReferencePage writes the page of all properties from their description.
func TestReferencePage(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString("# Properties of a Runner\n\n`make golden` writes this page from `schema/describe.go`.\n\n" +
		"A value can also be an intrinsic function or a dynamic reference. The same rules then apply when the stack is deployed.\n")
	var table func(object property, path string)
	table = func(object property, path string) {
		page.WriteString("\n| property | type | default | example | |\n|---|---|---|---|---|\n")
		for _, p := range object.of {
			example := examples()[path+p.name]
			if p.kind == object.kind {
				example = "[below](#" + strings.ToLower(p.name) + ")"
			} else if assert.NotEmpty(t, example, "%s%s: add an example", path, p.name) {
				example = "`" + example + "`"
			}
			fmt.Fprintf(&page, "| `%s` | %s | %s | %s | %s |\n", p.name, typeWords(p), defaultWords(p), example, p.description)
		}
		for _, p := range object.of {
			if p.kind == object.kind {
				fmt.Fprintf(&page, "\n## %s%s\n\n%s\n", path, p.name, p.description)
				table(p, path+p.name+".")
			}
		}
	}
	table(runnerDescription(), "")
	golden.Assert(t, "../../docs/runner.md", []byte(page.String()))
}

func typeWords(p property) string {
	words := map[kind]string{text: "string", integer: "integer", object: "object", textList: "list of strings", idList: "list, or a string with commas"}[p.kind]
	switch {
	case p.kind == integer:
		words += fmt.Sprintf(", %d to %d %s", p.least, p.most, p.unit)
	case len(p.allowed) > 0:
		words = "`" + strings.Join(p.allowed, "`, `") + "`"
		if p.shape != "" {
			words += ", or " + p.shape
		}
	case p.maxItems > 0 && p.shape != "":
		words += fmt.Sprintf(", 1 to %d items: %s", p.maxItems, p.shape)
	case p.shape != "":
		words += ": " + p.shape
	case p.maxItems > 0:
		words += fmt.Sprintf(", 1 to %d items", p.maxItems)
	}
	return words
}

func defaultWords(p property) string {
	switch fallback := p.fallback.(type) {
	case nil:
		if p.required {
			return "required"
		}
		return ""
	case []string:
		return "none"
	default:
		return fmt.Sprintf("`%v`", fallback)
	}
}

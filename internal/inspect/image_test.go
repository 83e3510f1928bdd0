package inspect

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestImageQuestion: only Amazon ECR's private registries are asked, each in its region.
func TestImageQuestion(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]string{
		"111122223333.dkr.ecr.eu-west-1.amazonaws.com/build":                      "eu-west-1 111122223333 build latest ",
		"111122223333.dkr.ecr.us-east-1.amazonaws.com/team/build:1.2":             "us-east-1 111122223333 team/build 1.2 ",
		"111122223333.dkr.ecr.eu-west-1.amazonaws.com/build@sha256:ab":            "eu-west-1 111122223333 build  sha256:ab",
		"111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/build:1@sha256:ab": "us-gov-west-1 111122223333 build  sha256:ab",
		"111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/build:1":                "cn-north-1 111122223333 build 1 ",
		"docker.io/library/debian:12":                                             "",
		"public.ecr.aws/attini/runner:1":                                          "",
		"evil.example/111122223333.dkr.ecr.eu-west-1.amazonaws.com/build:1":       "",
		"111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.example/build:1":       "",
		"": "",
	} {
		question, region := imageQuestion(image)
		if want == "" {
			assert.Nil(t, question, image)
			continue
		}
		require.NotNil(t, question, image)
		id := question.ImageIds[0]
		got := []string{region, aws.ToString(question.RegistryId), aws.ToString(question.RepositoryName), aws.ToString(id.ImageTag), aws.ToString(id.ImageDigest)}
		assert.Equal(t, want, strings.Join(got, " "), image)
	}
}

// TestAllowsHTTPS: whether a security group lets port 443 out.
func TestAllowsHTTPS(t *testing.T) {
	t.Parallel()
	rule := func(protocol string, from, to int32) types.IpPermission {
		return types.IpPermission{IpProtocol: &protocol, FromPort: &from, ToPort: &to}
	}
	for name, test := range map[string]struct {
		rules []types.IpPermission
		want  bool
	}{
		"no rule":      {nil, false},
		"all":          {[]types.IpPermission{{IpProtocol: aws.String("-1")}}, true},
		"one port":     {[]types.IpPermission{rule("tcp", 443, 443)}, true},
		"a range":      {[]types.IpPermission{rule("tcp", 0, 65535)}, true},
		"by number":    {[]types.IpPermission{rule("6", 443, 443)}, true},
		"another port": {[]types.IpPermission{rule("tcp", 80, 442)}, false},
		"only UDP":     {[]types.IpPermission{rule("udp", 443, 443)}, false},
		"the second":   {[]types.IpPermission{rule("udp", 53, 53), rule("tcp", 443, 444)}, true},
	} {
		assert.Equal(t, test.want, allowsHTTPS(types.SecurityGroup{IpPermissionsEgress: test.rules}), name)
	}
}

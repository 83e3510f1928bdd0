package problem_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/problem"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"Image", "Memory", "Cpu", "EcsCluster", "RoleArn", "Ec2Configuration", "AwsVpcConfiguration", "DeletionPolicy", "OFF", "Änderung", "A"}
	for name, want := range map[string]string{
		"Image":               "Image",
		"IMAGE":               "Image",
		"Imgae":               "Image",
		"Memroy":              "Memory",
		"Cpuu":                "Cpu",
		"Cluster":             "EcsCluster",
		"Role":                "RoleArn",
		"ContainerImage":      "Image",
		"VpcConfiguration":    "AwsVpcConfiguration",
		"änderungen":          "Änderung",
		"CreationPolicy":      "",
		"ON":                  "",
		"B":                   "",
		"Ab":                  "",
		"":                    "",
		"Zzz":                 "",
		"a":                   "A",
		"\xff\xfe":            "",
		longName(1_000_000):   "",
		longName(200) + "Cpu": "Cpu",
	} {
		assert.Equal(t, want, problem.Nearest(name, known), name)
	}
}

func longName(length int) string { return strings.Repeat("x", length) }

func TestNearestOfNone(t *testing.T) {
	t.Parallel()
	assert.Empty(t, problem.Nearest("a", nil))
	assert.Empty(t, problem.Nearest("a", []string{longName(1_000_000)}))
}

func TestNearestTakesTheFirstOfEquals(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "StepB", problem.Nearest("StepA", []string{"StepB", "StepC"}))
}

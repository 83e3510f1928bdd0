package aws

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// maxFilterValues is how many values EC2 takes in a filter.
const maxFilterValues = 200

func filter(name string, values ...string) types.Filter {
	return types.Filter{Name: aws.String(name), Values: values}
}

// named returns filters by names, one for each call that is needed. It leaves out names
// that EC2 takes for patterns: ami-* would match every image.
func named(name string, values []string) []types.Filter {
	exact := slices.DeleteFunc(slices.Clone(values), func(value string) bool {
		return value == "" || strings.ContainsAny(value, `*?\`)
	})
	var filters []types.Filter
	for chunk := range slices.Chunk(exact, maxFilterValues) {
		filters = append(filters, filter(name, chunk...))
	}
	return filters
}

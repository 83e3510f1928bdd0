package launch

import (
	"net/url"
	"strings"
)

// logGroupLink is the console's page of a log group. The console takes names
// that are escaped twice.
func logGroupLink(region, group string) string {
	return "https://" + region + ".console." + consoleDomain(region) + "/cloudwatch/home?region=" + region +
		"#logsV2:log-groups/log-group/" + url.QueryEscape(url.QueryEscape(group))
}

// consoleDomain is that of the region's partition.
func consoleDomain(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "amazonaws.cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "amazonaws-us-gov.com"
	}
	return "aws.amazon.com"
}

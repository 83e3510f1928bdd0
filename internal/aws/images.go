package aws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/attini-go/runner/internal/compat"
)

// Images implements compat.Account. It finds the account's own images, public ones and
// those that are shared with it, even if they are deprecated. The ids are a filter, so
// that a missing one is no error.
func (a *Account) Images(ctx context.Context, ids []string) (map[string]compat.Image, error) {
	images := make(map[string]compat.Image, len(ids))
	for _, wanted := range named("image-id", ids) {
		pages := ec2.NewDescribeImagesPaginator(a.images, &ec2.DescribeImagesInput{
			Filters: []types.Filter{wanted}, IncludeDeprecated: aws.Bool(true),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, explain(ctx, "look up AMIs", "ec2:DescribeImages", err)
			}
			for _, image := range page.Images {
				images[aws.ToString(image.ImageId)] = imageOf(image)
			}
		}
	}
	return images, nil
}

func imageOf(image types.Image) compat.Image {
	result := compat.Image{Architecture: string(image.Architecture), RootDevice: aws.ToString(image.RootDeviceName)}
	switch {
	case image.Platform == types.PlatformValuesWindows:
		result.Platform = "Windows"
	case strings.HasPrefix(aws.ToString(image.Name), "bottlerocket-"):
		result.Platform = "Bottlerocket"
	}
	for _, device := range image.BlockDeviceMappings {
		if device.Ebs != nil && aws.ToString(device.DeviceName) == result.RootDevice {
			result.RootVolumeGiB = int(aws.ToInt32(device.Ebs.VolumeSize))
		}
	}
	return result
}

package inspect

import (
	"context"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/attini-go/runner/internal/doctor"
)

// ecrImage matches an image in a private registry of Amazon ECR: account, region,
// repository, tag and digest.
const ecrImage = `^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)(?::([^@]+))?(?:@(.+))?$`

// readImages asks Amazon ECR for the images of a task definition that no task runs. Other
// registries are not asked.
func (o *observation) readImages(ctx context.Context, r *doctor.Runner, definition *ecstypes.TaskDefinition) error {
	if r.Task != nil && r.Task.Status == "RUNNING" {
		return nil
	}
	for _, c := range definition.ContainerDefinitions {
		image := aws.ToString(c.Image)
		question, region := imageQuestion(image)
		if question == nil {
			continue
		}
		_, err := o.images.DescribeImages(ctx, question, func(options *ecr.Options) { options.Region = region })
		if hasCode(err, "ImageNotFoundException", "RepositoryNotFoundException") {
			r.MissingImages = append(r.MissingImages, image)
		} else if err != nil {
			return asked(ctx, "ecr:DescribeImages", err)
		}
	}
	return nil
}

// imageQuestion asks for an image in the region of its registry; nil for a registry that
// is not Amazon ECR's.
func imageQuestion(image string) (question *ecr.DescribeImagesInput, region string) {
	match := regexp.MustCompile(ecrImage).FindStringSubmatch(image)
	if match == nil {
		return nil, ""
	}
	id := types.ImageIdentifier{ImageTag: aws.String("latest")}
	switch {
	case match[5] != "": // the tag beside it does not count
		id = types.ImageIdentifier{ImageDigest: &match[5]}
	case match[4] != "":
		id.ImageTag = &match[4]
	}
	return &ecr.DescribeImagesInput{RegistryId: &match[1], RepositoryName: &match[3], ImageIds: []types.ImageIdentifier{id}}, match[2]
}

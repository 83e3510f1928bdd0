package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/attini-go/runner/internal/compat"
)

// InstanceTypes implements compat.Account. The names are a filter, so that a
// missing one is no error.
func (a *Account) InstanceTypes(ctx context.Context, names []string) (map[string]compat.InstanceType, error) {
	found := make(map[string]compat.InstanceType, len(names))
	for _, wanted := range named("instance-type", names) {
		pages := ec2.NewDescribeInstanceTypesPaginator(a.instanceTypes, &ec2.DescribeInstanceTypesInput{Filters: []types.Filter{wanted}})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, explain(ctx, "look up instance types", "ec2:DescribeInstanceTypes", err)
			}
			for _, info := range page.InstanceTypes {
				found[string(info.InstanceType)] = instanceTypeOf(info)
			}
		}
	}
	return found, nil
}

func instanceTypeOf(info types.InstanceTypeInfo) compat.InstanceType {
	var result compat.InstanceType
	if info.VCpuInfo != nil {
		result.VCPUs = int(aws.ToInt32(info.VCpuInfo.DefaultVCpus))
	}
	if info.MemoryInfo != nil {
		result.MemoryMiB = int(aws.ToInt64(info.MemoryInfo.SizeInMiB))
	}
	if info.ProcessorInfo != nil {
		for _, architecture := range info.ProcessorInfo.SupportedArchitectures {
			result.Architectures = append(result.Architectures, string(architecture))
		}
	}
	if info.GpuInfo != nil {
		for _, gpu := range info.GpuInfo.Gpus {
			// Count is 0 for a type with a part of a GPU.
			result.GPUs += int(max(aws.ToInt32(gpu.Count), aws.ToInt32(gpu.LogicalGpuCount)))
		}
	}
	result.NeuronDevices = neuronDevices(info)
	return result
}

// neuronDevices counts AWS's own accelerators. Those for inference are in two
// lists, of which the older one lacks those for training.
func neuronDevices(info types.InstanceTypeInfo) int {
	devices := 0
	if info.NeuronInfo != nil {
		for _, device := range info.NeuronInfo.NeuronDevices {
			devices += int(aws.ToInt32(device.Count))
		}
	}
	if devices > 0 || info.InferenceAcceleratorInfo == nil {
		return devices
	}
	for _, accelerator := range info.InferenceAcceleratorInfo.Accelerators {
		devices += int(aws.ToInt32(accelerator.Count))
	}
	return devices
}

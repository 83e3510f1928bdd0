// Package compat checks whether a Runner fits what it runs on: its task definition, the
// sizes of Fargate, its EC2 host and the host's AMI. The macro checks before anything is
// deployed, the lifecycle function when all values are known, with the same words.
package compat

// InstanceType has the facts about an EC2 instance type that matter to a Runner.
type InstanceType struct {
	// VCPUs is the default number; one is 1024 CPU units.
	VCPUs int `json:"VCPUs"`
	// MemoryMiB is the host's whole memory.
	MemoryMiB int `json:"MemoryMiB"`
	// Architectures are x86_64, arm64 and the like.
	Architectures []string `json:"Architectures"`
	// GPUs and NeuronDevices count the accelerators; 0 for none.
	GPUs          int `json:"GPUs,omitempty"`
	NeuronDevices int `json:"NeuronDevices,omitempty"`
}

// Image has the facts about an AMI that matter to a Runner.
type Image struct {
	// Architecture is x86_64 or arm64.
	Architecture string `json:"Architecture"`
	// RootDevice is the name of the root volume's device, such as /dev/xvda.
	RootDevice string `json:"RootDevice"`
	// RootVolumeGiB is the size of the snapshot behind it; 0 when unknown.
	RootVolumeGiB int `json:"RootVolumeGiB,omitempty"`
	// Platform is Windows or Bottlerocket, whose user data is no shell script; "" for
	// another.
	Platform string `json:"Platform,omitempty"`
}
